/**
 * The watch over whole weeks of the markets: no false alarm while they are quiet or closed, holidays
 * and changes of the clocks included, and a mute stream is found in time. The hours are those of the
 * exchanges' own notices, worked out by hand in UTC.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Micros, MILLISECOND, MINUTE, parseTime, SECOND } from "../../../domain/time.ts";
import { quote, settle } from "../fixture.ts";
import { connect, type Connected, Scripted, statesTold } from "./scripted.ts";

interface Week {
  readonly what: string;
  readonly symbol: string;
  /** When it begins and ends; hours below are of its year. */
  readonly from: string;
  readonly to: string;
  /** When its market is open, from and to, as month, day and time. */
  readonly open: readonly (readonly [string, string])[];
}

const WEEKS: readonly Week[] = [
  {
    what: "New York as its clocks go forward, on 8 March",
    symbol: "AAPL",
    from: "2026-03-05T06:00Z",
    to: "2026-03-12T06:00Z",
    open: [
      ["03-05T09:00", "03-06T01:00"],
      ["03-06T09:00", "03-07T01:00"],
      ["03-09T08:00", "03-10T00:00"],
      ["03-10T08:00", "03-11T00:00"],
      ["03-11T08:00", "03-12T00:00"],
    ],
  },
  {
    what: "New York over Thanksgiving and the half day after it",
    symbol: "AAPL",
    from: "2026-11-24T06:00Z",
    to: "2026-12-01T06:00Z",
    open: [
      ["11-24T09:00", "11-25T01:00"],
      ["11-25T09:00", "11-26T01:00"],
      ["11-27T09:00", "11-27T22:00"],
      ["11-30T09:00", "12-01T01:00"],
    ],
  },
  {
    what: "London as its clocks go forward, on 29 March, with Good Friday and Easter Monday",
    symbol: "VOD.L",
    from: "2026-03-27T00:00Z",
    to: "2026-04-08T00:00Z",
    // From the call of the opening auction to the end of trading at the closing price.
    open: [
      ["03-27T07:50", "03-27T16:40"],
      ["03-30T06:50", "03-30T15:40"],
      ["03-31T06:50", "03-31T15:40"],
      ["04-01T06:50", "04-01T15:40"],
      ["04-02T06:50", "04-02T15:40"],
      ["04-07T06:50", "04-07T15:40"],
    ],
  },
  {
    what: "the currencies as New York's clocks go forward",
    symbol: "EURUSD",
    from: "2026-03-05T00:00Z",
    to: "2026-03-12T00:00Z",
    open: [["03-05T00:00", "03-06T22:00"], ["03-08T21:00", "03-12T00:00"]],
  },
  {
    what: "the currencies over Christmas, and the weekend after it",
    symbol: "EURUSD",
    from: "2026-12-22T00:00Z",
    to: "2026-12-29T00:00Z",
    open: [["12-22T00:00", "12-24T22:00"], ["12-27T22:00", "12-29T00:00"]],
  },
];

/** How long a stream may be silent before that is looked into, as it is configured. */
const SILENCE = 20 * SECOND;

/** A provider that is watched. @param looks whether it can be asked what its venue said last. */
function watched(looks: boolean): Scripted & { silence?: Micros } {
  const provider: Scripted & { silence?: Micros } = new Scripted();
  provider.alwaysOpen = false;
  provider.looks = looks;
  provider.silence = SILENCE;
  return provider;
}

const at = (text: string) => parseTime(text.replace("Z", ":00Z"))!;

/** The hours in which a week's market is open. */
function spansOf({ from, open }: Week): [Micros, Micros][] {
  return open.map(([start, end]) => {
    const time = (text: string) => at(`${from.slice(0, 4)}-${text}Z`);
    return [time(start), time(end)];
  });
}

function tickAt(symbol: string, time: Micros) {
  return quote({ symbol, provider: "test", time, receivedAt: time, id: `${time}` });
}

/** Lets time pass in steps; what is to happen at each. */
async function pass(
  one: Connected,
  to: Micros,
  step: (now: Micros) => Micros,
  each: (now: Micros) => void,
) {
  for (let now = one.world.clock.time; now < to;) {
    const length = Math.min(to - now, step(now));
    now = one.world.clock.time = now + length;
    each(now);
    one.clock.increment(length / MILLISECOND);
    await settle();
  }
}

/** Connects at the beginning of a week. */
async function begin(week: Week, looks: boolean): Promise<Connected> {
  const one = await connect(watched(looks), [week.symbol], at(week.from));
  assertEquals(one.state(), "live");
  return one;
}

for (const week of WEEKS) {
  const { symbol, to, what } = week;
  const spans = spansOf(week);
  const isOpen = (time: Micros) => spans.some(([start, end]) => time >= start && time < end);
  // Whole minutes pass while nothing is to be said: every opening is at one.
  const pace = (now: Micros) => isOpen(now) ? 10 * SECOND : MINUTE;
  const seconds = () => SECOND;

  Deno.test(`no false alarm while nobody can be asked: ${what}`, async () => {
    const one = await begin(week, false);
    // It speaks all the time that it is open, and only then: a wrong hour would be a silence.
    await pass(one, at(to), pace, (now) => {
      if (isOpen(now)) one.provider.sink.ticks([tickAt(symbol, now)]);
    });
    assertEquals(statesTold(one), ["live"]);
    one.stop();
  });

  Deno.test(`no false alarm while it is quiet, and few questions: ${what}`, async () => {
    const one = await begin(week, true);
    let last: Micros | null = null;
    one.provider.onLatest = () => Promise.resolve(last === null ? [] : [tickAt(symbol, last)]);
    await pass(one, at(to), pace, (now) => {
      if (!isOpen(now) || (last !== null && now - last < 7 * MINUTE)) return;
      last = now;
      one.provider.sink.ticks([tickAt(symbol, now)]);
    });
    assertEquals(statesTold(one), ["live"]);
    const hours = spans.reduce((sum, [start, end]) => sum + (end - start), 0) / (60 * MINUTE);
    const looks = one.provider.diary.filter((entry) => entry.startsWith("latest")).length;
    // After 20, 60, 140 and 300 s of each seven minutes' silence, and never while it is closed.
    assert(looks > 0 && looks <= hours * (60 / 7) * 4 + 4 * spans.length, `${looks} looks`);
    one.stop();
  });

  Deno.test(`a mute stream is found in time, at each opening and amid the day: ${what}`, async () => {
    for (const [start, end] of spans) {
      if (start <= at(week.from)) continue;
      for (const from of [start, start + Math.floor((end - start) / 2 / SECOND) * SECOND]) {
        const one = await connect(watched(true), [symbol], from - 90 * SECOND);
        // The venue goes on, whatever is heard of it.
        const venue = (now: Micros) => isOpen(now) ? [tickAt(symbol, now)] : [];
        one.provider.onLatest = () => Promise.resolve(venue(one.world.clock.time));
        await pass(one, from, seconds, (now) => {
          if (isOpen(now)) one.provider.sink.ticks(venue(now));
        });
        assertEquals(statesTold(one), ["live"]);
        let found: Micros | null = null;
        await pass(one, from + MINUTE, seconds, (now) => {
          if (statesTold(one).includes("backoff")) found ??= now;
        });
        // The silence, the second at which it is listened, and two in which a tick may be under way.
        const took = (found ?? Infinity) - from;
        assert(took > SILENCE && took <= SILENCE + 5 * SECOND, `${took / SECOND} s from ${from}`);
        one.stop();
      }
    }
  });
}
