/**
 * One item of the stream: a subscription of its own, so that a refusal is of it alone.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import type { ItemUpdate, Subscription } from "./client.ts";
import type { Link } from "./link.ts";

/** What to subscribe to, and who hears of it. */
export interface ItemSpec {
  readonly name: string;
  readonly fields: readonly string[];
  /** `null`: the default one. */
  readonly adapter: string | null;
  /** An update: the values of the fields as they stand. */
  readonly onValues: (values: (string | null)[]) => void;
  readonly onProblem: (what: string) => void;
  /** Whether a refusal of it is a problem, rather than its instrument's. */
  readonly isExtra: boolean;
}

/** The client's maker of subscriptions. */
export type SubscriptionMaker = typeof import("./client.ts").Subscription;

/** A subscription to one item. */
export class Item {
  /** Why the venue refused it; `null` where it did not, or where it does not matter any more. */
  readonly answer: Promise<string | null>;
  readonly #link: Link;
  readonly #subscription: Subscription;
  readonly #settle: (why: string | null) => void;
  #isOver = false;

  constructor(link: Link, Maker: SubscriptionMaker, spec: ItemSpec) {
    const { name, fields, adapter, isExtra, onProblem } = spec;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.answer = promise;
    this.#settle = resolve;
    this.#link = link;
    this.#subscription = new Maker("MERGE", [name], [...fields]);
    if (adapter !== null) this.#subscription.setDataAdapter(adapter);
    this.#subscription.setRequestedSnapshot("yes");
    this.#subscription.addListener({
      onSubscription: () => resolve(null),
      onSubscriptionError: (code: number, message: string) => {
        const why = link.words(code, message);
        if (isExtra && !this.#isOver) onProblem(`the server refuses it: ${why}`);
        resolve(why);
      },
      onItemLostUpdates: (_name: string, _position: number, lost: number) => {
        if (!this.#isOver) onProblem(`the server dropped ${lost} updates`);
      },
      onItemUpdate: (update: ItemUpdate) => this.#onUpdate(update, spec),
    });
    link.client.subscribe(this.#subscription);
  }

  /** Hears no more of it. */
  abandon(): void {
    this.#isOver = true;
    this.#settle(null);
  }

  /** Unsubscribes from it. */
  drop(): void {
    this.abandon();
    if (this.#subscription.isActive()) this.#link.client.unsubscribe(this.#subscription);
  }

  #onUpdate(update: ItemUpdate, { fields, onValues, onProblem }: ItemSpec): void {
    if (this.#isOver) return;
    // The client swallows what its listeners throw.
    try {
      onValues(fields.map((field) => update.getValue(field)));
    } catch (error) {
      onProblem(messageOf(error));
    }
  }
}
