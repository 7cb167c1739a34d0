/**
 * The connection's machine as a drawing: its states, the ways between them, and where it stands.
 * Pure, and drawn by the daemon and by the page alike.
 *
 * @module
 */

/** The size of the drawing and of a state. */
export const SIZE = { width: 604, height: 146 };
const BOX = { width: 104, height: 30 };

/**
 * A state: its name, and the middle of its box.
 *
 * @typedef {{ name: string, x: number, y: number }} Place
 */

/** @type {readonly Place[]} */
export const STATES = [
  { name: "authenticating", x: 54, y: 24 },
  { name: "opening", x: 184, y: 24 },
  { name: "live", x: 314, y: 24 },
  { name: "stale", x: 444, y: 24 },
  { name: "faulted", x: 54, y: 120 },
  { name: "backoff", x: 184, y: 120 },
  { name: "polling", x: 314, y: 120 },
  { name: "ended", x: 444, y: 120 },
  { name: "stopped", x: 550, y: 72 },
];

/** From where to where it may go by itself; a stop leads from anywhere to `stopped`. */
const WAYS = /** @type {const} */ ([
  ["authenticating", "opening"],
  ["opening", "live"],
  ["live", "stale"],
  ["stale", "live"],
  ["authenticating", "faulted"],
  ["opening", "backoff"],
  ["live", "backoff"],
  ["backoff", "authenticating"],
  ["opening", "polling"],
  ["polling", "live"],
  ["polling", "backoff"],
  ["live", "ended"],
]);

/** The one way that somebody has to open. */
const BY_HAND = /** @type {const} */ (["faulted", "authenticating"]);

/** How far apart two ways between the same states are. */
const APART = 9;

/**
 * The box of a state.
 *
 * @param {Place} place its middle
 */
export function boxOf({ x, y }) {
  const { width, height } = BOX;
  return { x: x - width / 2, y: y - height / 2, width, height, rx: 6 };
}

/**
 * The ways as lines that end at the boxes' edges.
 *
 * @returns {{ x1: number, y1: number, x2: number, y2: number, byHand: boolean }[]}
 */
export function lines() {
  const ways = WAYS.map(([from, to]) => ({ from, to, byHand: false }));
  return [...ways, { from: BY_HAND[0], to: BY_HAND[1], byHand: true }].map(
    ({ from, to, byHand }) => {
      const start = placeOf(from);
      const end = placeOf(to);
      const isBack = [...WAYS, BY_HAND].some(([other, back]) => other === to && back === from);
      const [dx, dy] = [end.x - start.x, end.y - start.y];
      const length = Math.hypot(dx, dy);
      // To its own left, so that a way and the way back are two lines.
      const [ox, oy] = isBack ? [(dy / length) * APART, (-dx / length) * APART] : [0, 0];
      const from1 = edge(start, dx, dy, 2);
      const to1 = edge(end, -dx, -dy, 6);
      return { x1: from1.x + ox, y1: from1.y + oy, x2: to1.x + ox, y2: to1.y + oy, byHand };
    },
  );
}

/** @param {string} name */
function placeOf(name) {
  const found = STATES.find((state) => state.name === name);
  if (found === undefined) throw new RangeError(`Cannot place "${name}": it is no state.`);
  return found;
}

/**
 * Where a line leaves a box.
 *
 * @param {Place} place
 * @param {number} dx
 * @param {number} dy
 * @param {number} gap
 */
function edge({ x, y }, dx, dy, gap) {
  const scale = Math.min(
    (BOX.width / 2 + gap) / Math.abs(dx || Number.EPSILON),
    (BOX.height / 2 + gap) / Math.abs(dy || Number.EPSILON),
  );
  return { x: x + dx * scale, y: y + dy * scale };
}

/** States in which data comes. */
const WELL = new Set(["live", "polling", "ended"]);
/** States on the way to it. */
const UNDER_WAY = new Set(["authenticating", "opening", "starting", "closing"]);

/**
 * How grave a state is.
 *
 * @param {string} state
 * @returns {"well" | "wait" | "warn" | "fail"}
 */
export function graveness(state) {
  if (state === "stale" || state === "polling" || state === "restarting") return "warn";
  if (WELL.has(state) || state === "running") return "well";
  return UNDER_WAY.has(state) ? "wait" : "fail";
}

/**
 * The latest changes as spans of a strip, the oldest first; `left` and `width` are shares of it.
 *
 * @param {readonly { time: string, event: string }[]} events the newest first
 * @param {{ state: string, since: string | null }} standing
 * @param {number} now milliseconds since 1970, by the daemon's clock
 * @param {number} span milliseconds that the strip holds
 * @returns {{ state: string, tone: string, left: number, width: number }[]}
 */
export function stripOf(events, standing, now, span) {
  const marks = events.map(({ time, event }) => ({ at: Date.parse(time), state: event }))
    .filter(({ state }) => STATES.some(({ name }) => name === state)).reverse();
  if (standing.since !== null) {
    marks.push({ at: Date.parse(standing.since), state: standing.state });
  }
  marks.sort((a, b) => a.at - b.at);
  return marks.flatMap(({ at, state }, index) => {
    const end = marks[index + 1]?.at ?? now;
    const left = Math.max(0, 1 - (now - at) / span);
    const right = Math.min(1, 1 - (now - end) / span);
    return right > left ? [{ state, tone: graveness(state), left, width: right - left }] : [];
  });
}
