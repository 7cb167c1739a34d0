import { assert, assertEquals } from "@std/assert";
import {
  boxOf,
  graveness,
  lines,
  SIZE,
  STATES,
  stripOf,
} from "../../../../actors/http/dashboard/assets/machine.js";
import { connection } from "../../../../actors/connections/connection.ts";

Deno.test("every state of the connection's machine is drawn, each in a place of its own", () => {
  const drawn = STATES.map(({ name }) => name);
  // `stale` is within `live`; closing is over as soon as it is begun.
  const real = Object.keys(connection.config.states!).filter((name) => name !== "closing");
  assertEquals(drawn.filter((name) => name !== "stale").sort(), real.sort());
  for (const [at, state] of STATES.entries()) {
    const { x, y, width, height } = boxOf(state);
    assert(x >= 0 && y >= 0 && x + width <= SIZE.width && y + height <= SIZE.height, state.name);
    for (const other of STATES.slice(at + 1)) {
      const isApart = Math.abs(other.x - state.x) >= width || Math.abs(other.y - state.y) >= height;
      assert(isApart, `${state.name} lies over ${other.name}`);
    }
  }
});

Deno.test("every way is a line between two boxes, within the drawing", () => {
  const within = (value: number, most: number) => value >= 0 && value <= most;
  for (const { x1, y1, x2, y2 } of lines()) {
    assert(within(x1, SIZE.width) && within(x2, SIZE.width));
    assert(within(y1, SIZE.height) && within(y2, SIZE.height));
    assert(Math.hypot(x2 - x1, y2 - y1) > 15);
  }
});

Deno.test("a state is as grave as it is to whoever waits for data", () => {
  const grave = (states: string[]) => states.map(graveness);
  assertEquals(grave(["live", "ended", "running"]), ["well", "well", "well"]);
  assertEquals(grave(["authenticating", "opening", "starting"]), ["wait", "wait", "wait"]);
  assertEquals(grave(["stale", "polling", "restarting"]), ["warn", "warn", "warn"]);
  assertEquals(grave(["backoff", "faulted", "given-up", "stopped"]), [
    "fail",
    "fail",
    "fail",
    "fail",
  ]);
});

Deno.test("the strip has each state from when it began to when the next did", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 12, minute)).toISOString();
  const now = Date.UTC(2026, 2, 2, 13, 0);
  const events = [
    { time: at(45), event: "backoff" },
    { time: at(40), event: "session" },
    { time: at(30), event: "live" },
  ];
  const strip = stripOf(events, { state: "authenticating", since: at(57) }, now, 3_600_000);
  assertEquals(
    strip.map(({ state, tone, left, width }) => [state, tone, left, Number(width.toFixed(3))]),
    [
      ["live", "well", 0.5, 0.25],
      ["backoff", "fail", 0.75, 0.2],
      ["authenticating", "wait", 0.95, 0.05],
    ],
  );
  // What began before the strip fills it from its start.
  const long = stripOf(
    [{ time: "2026-03-01T00:00:00Z", event: "live" }],
    {
      state: "live",
      since: "2026-03-01T00:00:00Z",
    },
    now,
    3_600_000,
  );
  assertEquals(long, [{ state: "live", tone: "well", left: 0, width: 1 }]);
});
