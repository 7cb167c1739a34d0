/**
 * A lens over the clocks of a process: time begins when one likes, and passes so many times as fast.
 * Preloaded (`deno run --preload`), it is there before anything else looks at a clock or sets a timer,
 * so that a daemon and the venues around it live minutes in seconds, without knowing.
 *
 * @module
 */

/** What a lens shows, in milliseconds since 1970; processes that share it agree on the time. */
export interface Lens {
  /** The wall's time at which it begins. */
  readonly wall: number;
  /** The time that it shows then. */
  readonly shown: number;
  /** How many times as fast it runs. */
  readonly speed: number;
}

/** The environment's name for a process's lens, as JSON. */
export const LENS = "CHAOS_LENS";

type Clocks = Pick<typeof globalThis, "setTimeout" | "setInterval" | "clearTimeout">;
type Timer = ReturnType<typeof setTimeout>;

/**
 * Puts a lens over this process's clocks.
 *
 * @returns how many timers are set, whenever it is asked.
 */
function install({ wall, shown, speed }: Lens): () => number {
  const real: Clocks = { setTimeout, setInterval, clearTimeout };
  const origin = performance.timeOrigin;
  const uptime = performance.now.bind(performance);
  const now = () => shown + (origin + uptime() - wall) * speed;
  const begun = now();
  Object.defineProperty(performance, "timeOrigin", { value: begun });
  Object.defineProperty(performance, "now", { value: () => now() - begun });
  globalThis.Date = class extends Date {
    constructor(...given: [] | [number]) {
      super(...(given.length === 0 ? [now()] as const : given));
    }
    static override now(): number {
      return Math.floor(now());
    }
  } as DateConstructor;
  const pending = new Set<Timer>();
  const scaled = (delay: number | undefined) => Math.ceil((delay ?? 0) / speed);
  const clear = (id?: Timer) => {
    if (id !== undefined) pending.delete(id);
    real.clearTimeout(id);
  };
  const lenses = {
    setTimeout(call: (...args: unknown[]) => void, delay?: number, ...args: unknown[]): Timer {
      const id = real.setTimeout(() => {
        pending.delete(id);
        call(...args);
      }, scaled(delay));
      pending.add(id);
      return id;
    },
    setInterval(call: (...args: unknown[]) => void, delay?: number, ...args: unknown[]): Timer {
      const id = real.setInterval(call, scaled(delay), ...args);
      pending.add(id);
      return id;
    },
    clearTimeout: clear,
    clearInterval: clear,
  };
  Object.assign(globalThis, lenses);
  return () => pending.size;
}

const given = Deno.env.get(LENS);
if (given !== undefined) {
  const count = install(JSON.parse(given) as Lens);
  // Whoever wants to know whether timers pile up asks by a signal.
  Deno.addSignalListener("SIGUSR1", () => console.error(`timers ${count()}`));
}
