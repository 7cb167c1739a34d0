import { assertEquals } from "@std/assert";
import { nextSession, type Session, sessionAt } from "../../domain/calendar.ts";
import { easterSunday } from "../../domain/holidays/rules.ts";
import { MARKET_IDS, type MarketId } from "../../domain/market.ts";
import { parseTime } from "../../domain/time.ts";

/** A year's days without trading and its half days, both as `MM-DD` and weekdays only. */
interface Published {
  closed: string;
  half: string;
}

/** NYSE Group's notices of holidays and early closings, and its closings for events. */
const NYSE: Record<number, Published> = {
  2012: {
    closed: "01-02 01-16 02-20 04-06 05-28 07-04 09-03 10-29 10-30 11-22 12-25",
    half: "07-03 11-23 12-24",
  },
  2013: {
    closed: "01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25",
    half: "07-03 11-29 12-24",
  },
  2014: {
    closed: "01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25",
    half: "07-03 11-28 12-24",
  },
  2015: { closed: "01-01 01-19 02-16 04-03 05-25 07-03 09-07 11-26 12-25", half: "11-27 12-24" },
  2016: { closed: "01-01 01-18 02-15 03-25 05-30 07-04 09-05 11-24 12-26", half: "11-25" },
  2018: {
    closed: "01-01 01-15 02-19 03-30 05-28 07-04 09-03 11-22 12-05 12-25",
    half: "07-03 11-23 12-24",
  },
  2021: { closed: "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24", half: "11-26" },
  2022: { closed: "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26", half: "11-25" },
  2023: {
    closed: "01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25",
    half: "07-03 11-24",
  },
  2024: {
    closed: "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25",
    half: "07-03 11-29 12-24",
  },
  2025: {
    closed: "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25",
    half: "07-03 11-28 12-24",
  },
  2026: {
    closed: "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
    half: "11-27 12-24",
  },
  2027: { closed: "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24", half: "11-26" },
  2028: { closed: "01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25", half: "07-03 11-24" },
};

/** London Stock Exchange business days; bank holidays of England and Wales. */
const LSE: Record<number, Published> = {
  2012: { closed: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26", half: "12-24 12-31" },
  2013: { closed: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26", half: "12-24 12-31" },
  2015: { closed: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28", half: "12-24 12-31" },
  2016: { closed: "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27", half: "12-23 12-30" },
  2020: { closed: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28", half: "12-24 12-31" },
  2021: { closed: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28", half: "12-24 12-31" },
  2022: {
    closed: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    half: "12-23 12-30",
  },
  2023: { closed: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26", half: "12-22 12-29" },
  2026: { closed: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28", half: "12-24 12-31" },
};

/** Deutsche Börse's trading calendar. */
const XETR: Record<number, Published> = {
  2012: { closed: "04-06 04-09 05-01 12-24 12-25 12-26 12-31", half: "12-28" },
  2013: { closed: "01-01 03-29 04-01 05-01 12-24 12-25 12-26 12-31", half: "12-30" },
  2014: { closed: "01-01 04-18 04-21 05-01 10-03 12-24 12-25 12-26 12-31", half: "12-30" },
  2015: { closed: "01-01 04-03 04-06 05-01 05-25 12-24 12-25 12-31", half: "12-30" },
  2017: { closed: "04-14 04-17 05-01 06-05 10-03 10-31 12-25 12-26", half: "12-29" },
  2021: { closed: "01-01 04-02 04-05 05-24 12-24 12-31", half: "12-30" },
  2022: { closed: "04-15 04-18 12-26", half: "12-30" },
  2024: { closed: "01-01 03-29 04-01 05-01 12-24 12-25 12-26 12-31", half: "12-30" },
  2026: { closed: "01-01 04-03 04-06 05-01 12-24 12-25 12-31", half: "12-30" },
};

/** Euronext's yearly notices for its cash markets. */
const XPAR: Record<number, Published> = {
  2012: { closed: "04-06 04-09 05-01 12-25 12-26", half: "12-24 12-31" },
  2019: { closed: "01-01 04-19 04-22 05-01 12-25 12-26", half: "12-24 12-31" },
  2022: { closed: "04-15 04-18 12-26", half: "" },
  2026: { closed: "01-01 04-03 04-06 05-01 12-25", half: "12-24 12-31" },
};

/** Foreign exchange: by custom. */
const FX: Record<number, Published> = {
  2013: { closed: "01-01 12-25", half: "" },
  2022: { closed: "", half: "" },
};

const LISTS: Record<MarketId, Record<number, Published>> = {
  NYSE,
  NASDAQ: NYSE,
  ARCA: NYSE,
  US: NYSE,
  LSE,
  XETR,
  XPAR,
  FX,
};

/** A year's sessions, walked one by one. */
function sessionsOf(market: MarketId, year: number): Session[] {
  const sessions: Session[] = [];
  let session = nextSession(market, parseTime(`${year - 1}-12-30`)!);
  for (; session.date <= `${year}-12-31`; session = nextSession(market, session.start)) {
    if (session.date >= `${year}-01-01`) sessions.push(session);
  }
  return sessions;
}

function weekdaysOf(year: number): string[] {
  const days: string[] = [];
  for (let time = Date.UTC(year, 0, 1); time < Date.UTC(year + 1, 0, 1); time += 86_400_000) {
    const date = new Date(time);
    if (date.getUTCDay() % 6 !== 0) days.push(date.toISOString().slice(5, 10));
  }
  return days;
}

for (const market of MARKET_IDS) {
  for (const [year, published] of Object.entries(LISTS[market])) {
    Deno.test(`${market} in ${year} is closed, and closes early, on the published days`, () => {
      const sessions = sessionsOf(market, Number(year));
      const traded = new Set(sessions.map((session) => session.date.slice(5)));
      const closed = weekdaysOf(Number(year)).filter((day) => !traded.has(day));
      const half = sessions.filter((session) => session.half);
      assertEquals(closed.join(" "), published.closed);
      assertEquals(half.map((session) => session.date.slice(5)).join(" "), published.half);
      assertEquals(sessions.every((session) => session.certain), true);
    });
  }
}

/** Where a half day's hours end in UTC: winter and, for the US, summer. */
const HALF_DAYS: [MarketId, string, string, string][] = [
  ["NYSE", "2013-07-03", "13:30", "17:00"],
  ["NASDAQ", "2026-11-27", "14:30", "18:00"],
  ["LSE", "2026-12-24", "08:00", "12:30"],
  ["XETR", "2026-12-30", "08:00", "13:00"],
  ["XPAR", "2026-12-31", "08:00", "13:05"],
];
for (const [market, date, start, end] of HALF_DAYS) {
  Deno.test(`${market} trades from ${start} to ${end} UTC on the half day ${date}`, () => {
    const session = sessionAt(market, parseTime(`${date}T${start}:00Z`)!);
    assertEquals(session, {
      start: parseTime(`${date}T${start}:00Z`),
      end: parseTime(`${date}T${end}:00Z`),
      certain: true,
      half: true,
      date,
    });
  });
}

Deno.test("Easter falls on its published dates, the earliest and latest possible among them", () => {
  const published =
    "1818-03-22 1943-04-25 2008-03-23 2011-04-24 2012-04-08 2013-03-31 2014-04-20 " +
    "2015-04-05 2016-03-27 2017-04-16 2018-04-01 2019-04-21 2020-04-12 2021-04-04 2022-04-17 " +
    "2023-04-09 2024-03-31 2025-04-20 2026-04-05 2027-03-28 2028-04-16 2038-04-25 2285-03-22";
  for (const date of published.split(" ")) {
    assertEquals(easterSunday(Number(date.slice(0, 4))).toString(), date);
  }
});
