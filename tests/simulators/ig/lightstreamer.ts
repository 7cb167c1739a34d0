/**
 * A Lightstreamer server: sessions over WebSocket and HTTP, recovery, subscriptions, updates.
 *
 * @module
 */
import type { Fields } from "./feed.ts";
import type { Faults } from "./faults.ts";
import { type Channel, type Item, PushSession, type Subscription } from "./pushsession.ts";
import { bodyChannel, socketChannel, text } from "./channels.ts";
import { judge, type Rejection, valuesOf } from "./subscribing.ts";
import { line, type Params, parseBatch, parseMessage } from "./tlcp.ts";

/** What the server asks of the venue. */
export interface Backing {
  readonly faults: Faults;
  /** Why an account and its tokens may not open a session; `null` where they may. */
  authorize(user: string, password: string): Rejection | null;
  streams(epic: string): boolean;
  charts(epic: string): boolean;
  /** An item's fields as they stand; `null` where it says nothing before something happens. */
  snapshot(item: Item): Fields | null;
  /** Told of everything a client asks, such as `subscribe PRICE:A:B`. */
  note(what: string): void;
  /** Told of each update sent, by item. */
  sent(item: string): void;
}

/** Milliseconds without a word after which the server says `PROBE`. */
const KEEPALIVE = 5_000;
const REQUEST_LIMIT = 50_000;

/** The server. */
export class LightstreamerServer {
  readonly #sessions = new Map<string, PushSession>();
  readonly #probing: ReturnType<typeof setInterval>;
  #count = 0;

  constructor(private readonly backing: Backing) {
    this.#probing = setInterval(() => this.#probe(), 1_000);
  }

  /** The sessions there are. */
  get sessions(): readonly PushSession[] {
    return [...this.#sessions.values()];
  }

  /** Answers a request below `/lightstreamer`. */
  async handle(request: Request): Promise<Response> {
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") return this.#accept(request);
    const { pathname } = new URL(request.url);
    const name = /\/([a-z_]+)\.txt$/.exec(pathname)?.[1] ?? "";
    const [params = new Map<string, string>(), ...others] = parseBatch(await request.text());
    switch (name) {
      case "create_session":
        return this.#createOverHttp(params);
      case "bind_session":
        return this.#bindOverHttp(params);
      case "control":
        return text([params, ...others].map((one) => this.#control(one, undefined)).join(""));
      case "heartbeat":
        return text("REQOK\r\n");
      default:
        return new Response("Not found", { status: 404 });
    }
  }

  /** Tells an item's news to every session that has it; {@link flush} sends it. */
  publish(kind: Item["kind"], epic: string, fields: Fields): void {
    if (this.backing.faults.mute) return;
    this.forEachItem((session, subscription, i) => {
      const item = subscription.items[i]!;
      if (item.kind !== kind || item.epic !== epic) return;
      session.update(subscription, i, valuesOf(subscription.fields, fields));
      this.backing.sent(item.name);
    });
  }

  /** Does something with each item of each session. */
  forEachItem(
    use: (session: PushSession, subscription: Subscription, index: number) => void,
  ): void {
    for (const session of this.#sessions.values()) {
      for (const subscription of session.subscriptions.values()) {
        subscription.items.forEach((_item, index) => use(session, subscription, index));
      }
    }
  }

  /** Sends what was published. */
  flush(): void {
    const { faults } = this.backing;
    if (faults.mute) return;
    for (const session of this.#sessions.values()) {
      session.flush((lines) => faults.arrange(lines));
    }
  }

  /** Ends every session with a code, and its channel. */
  end(code: number, message: string): void {
    for (const session of this.#sessions.values()) this.#end(session, code, message);
  }

  /** Forgets every session without a word: what a client says to them is not understood any more. */
  forget(): void {
    this.#sessions.clear();
  }

  /** Ends everything. */
  close(): void {
    clearInterval(this.#probing);
    for (const session of this.#sessions.values()) session.channel?.close();
    this.#sessions.clear();
  }

  #accept(request: Request): Response {
    const protocol = request.headers.get("sec-websocket-protocol") ?? "";
    if (!/^TLCP-2\.\d\.0\.lightstreamer\.com$/.test(protocol)) {
      return new Response("Unknown subprotocol", { status: 400 });
    }
    if (this.backing.faults.refuse) return new Response("Forbidden", { status: 403 });
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol, idleTimeout: 0 });
    const channel = socketChannel(socket);
    let bound: PushSession | undefined;
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") bound = this.#onMessage(data, channel, bound) ?? bound;
    };
    socket.onerror = () => {};
    socket.onclose = () => {
      if (bound?.channel === channel) bound.bind(null);
    };
    return response;
  }

  /** Answers a WebSocket message; returns the session that it bound to the socket. */
  #onMessage(data: string, channel: Channel, bound?: PushSession): PushSession | undefined {
    const { name, batch } = parseMessage(data);
    const [first] = batch;
    if (name === "wsok") channel.send("WSOK\r\n");
    else if (name === "create_session" && first !== undefined) {
      const session = this.#create(first);
      if ("code" in session) channel.send(line("CONERR", session.code, session.message));
      else return this.#greet(session, channel);
    } else if (name === "bind_session" && first !== undefined) {
      const session = this.#sessions.get(first.get("LS_session") ?? "");
      if (session !== undefined) return this.#greet(session, channel);
      channel.send(line("CONERR", 20, "Session not found"));
    } else if (name === "control") {
      // One message, as a real server does: a reply, and what follows from the request.
      for (const one of batch) {
        const reply = this.#control(one, bound);
        if (reply !== "") channel.send(reply);
      }
      bound?.flush();
    } else if (name !== "heartbeat") channel.send(line("ERROR", 67, "Malformed request"));
    return undefined;
  }

  #create(params: Params): PushSession | Rejection {
    const user = params.get("LS_user") ?? "";
    const { refuse } = this.backing.faults;
    if (refuse) return { code: 10, message: "New sessions temporarily blocked" };
    const rejection = this.backing.authorize(user, params.get("LS_password") ?? "");
    this.backing.note(rejection === null ? `stream ${user}` : `stream refused ${user}`);
    if (rejection !== null) return rejection;
    const session = new PushSession(`S${++this.#count}sim${crypto.randomUUID().slice(0, 8)}`, user);
    this.#sessions.set(session.id, session);
    return session;
  }

  #greet(session: PushSession, channel: Channel): PushSession {
    session.bind(channel);
    channel.send(greetings(session).join(""));
    session.flush();
    return session;
  }

  #createOverHttp(params: Params): Response {
    const session = this.#create(params);
    if ("code" in session) return text(line("CONERR", session.code, session.message));
    return text([...greetings(session), line("LOOP", 0)].join(""));
  }

  #bindOverHttp(params: Params): Response {
    const session = this.#sessions.get(params.get("LS_session") ?? "");
    if (session === undefined || this.backing.faults.refuse) {
      return text(line("CONERR", 20, "Session not found"));
    }
    const from = params.get("LS_recovery_from");
    if (from !== undefined) {
      const missed = session.recover(Number(from));
      this.backing.note(`recover ${missed === undefined ? "refused" : session.user}`);
      if (missed === undefined) return text(line("CONERR", 4, "Progressive not kept"));
      // What follows waits for the channel that the client binds next.
      session.bind(null);
      return text([greetings(session)[0]!, ...missed, line("LOOP", 0)].join(""));
    }
    const { channel, response } = bodyChannel(() => {
      if (session.channel === channel) session.bind(null);
    });
    this.#greet(session, channel);
    return response;
  }

  /** Does a control request; returns its reply, which is empty where none is wanted. */
  #control(params: Params, bound: PushSession | undefined): string {
    const request = params.get("LS_reqId") ?? "0";
    const id = params.get("LS_session");
    const session = id === undefined ? bound : this.#sessions.get(id);
    if (session === undefined) return line("REQERR", request, 20, "Session not found");
    const rejection = this.#operate(session, params);
    if (rejection !== null) return line("REQERR", request, rejection.code, rejection.message);
    session.flush();
    return params.get("LS_ack") === "false" ? "" : line("REQOK", request);
  }

  #operate(session: PushSession, params: Params): Rejection | null {
    switch (params.get("LS_op")) {
      case "add":
        return this.#subscribe(session, params);
      case "delete": {
        const id = Number(params.get("LS_subId"));
        const subscription = session.subscriptions.get(id);
        if (subscription === undefined) return { code: 19, message: "Subscription not found" };
        session.subscriptions.delete(id);
        for (const { name } of subscription.items) this.backing.note(`unsubscribe ${name}`);
        session.say(line("UNSUB", id));
        return null;
      }
      case "destroy":
        this.backing.note(`destroy ${session.user}`);
        this.#end(session, 31, "Destroy invoked by client");
        return null;
      case "reconf":
      case "constrain":
      case "force_rebind":
        return null;
      default:
        return { code: 67, message: "Malformed request" };
    }
  }

  #subscribe(session: PushSession, params: Params): Rejection | null {
    const { backing } = this;
    const subscription = judge(params, {
      user: session.user,
      itemCount: session.itemCount,
      streams: (epic) => backing.streams(epic),
      charts: (epic) => backing.charts(epic),
      silentLegacy: backing.faults.silentLegacy,
    });
    const group = params.get("LS_group") ?? "";
    backing.note(`${"code" in subscription ? "subscribe refused" : "subscribe"} ${group}`);
    if ("code" in subscription) return subscription;
    const { id, fields, items } = subscription;
    session.subscriptions.set(id, subscription);
    session.say(line("SUBOK", id, Math.max(1, items.length), fields.length));
    session.say(line("CONF", id, "unlimited", "filtered"));
    items.forEach((item, i) => {
      const snapshot = backing.snapshot(item);
      if (snapshot === null) return;
      session.update(subscription, i, valuesOf(fields, snapshot));
      backing.sent(item.name);
    });
    return null;
  }

  #end(session: PushSession, code: number, message: string): void {
    this.#sessions.delete(session.id);
    session.say(line("END", code, message));
    session.flush();
    session.channel?.close();
  }

  #probe(): void {
    if (this.backing.faults.mute) return;
    for (const session of this.#sessions.values()) {
      if (performance.now() - session.spokeAt < KEEPALIVE) continue;
      session.say("PROBE\r\n");
      session.flush();
    }
  }
}

function greetings(session: PushSession): string[] {
  return [
    line("CONOK", session.id, REQUEST_LIMIT, KEEPALIVE, "*"),
    line("SERVNAME", "Lightstreamer HTTP Server"),
    line("CLIENTIP", "127.0.0.1"),
    line("CONS", "unlimited"),
  ];
}
