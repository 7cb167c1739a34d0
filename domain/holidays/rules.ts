/**
 * What holiday lists are made of: rules for dates, and the list that a year's rules add up to.
 *
 * @module
 */

/** ISO weekdays: Monday is 1. */
export const MONDAY = 1;
/** The fourth ISO weekday. */
export const THURSDAY = 4;
/** The fifth ISO weekday. */
export const FRIDAY = 5;
/** The sixth ISO weekday. */
export const SATURDAY = 6;
/** The last ISO weekday. */
export const SUNDAY = 7;

/** A weekday on which a market is closed, or closes early. */
export interface Holiday {
  readonly name: string;
  readonly kind: "closed" | "half";
}

/** One entry of a year's list. */
export interface HolidayEntry extends Holiday {
  readonly date: Temporal.PlainDate;
}

/** The dates for which a list is known: ISO dates, both inclusive. */
export interface Horizon {
  readonly first: string;
  readonly last: string;
}

/** A market's holidays. */
export interface HolidayCalendar {
  readonly horizon: Horizon;
  /** The holiday on an ISO date; `null` on any other day, at weekends and past the horizon. */
  on(date: string): Holiday | null;
}

/** A day without trading. */
export function closed(date: Temporal.PlainDate, name: string): HolidayEntry {
  return { date, name, kind: "closed" };
}

/** A day that ends early. */
export function half(date: Temporal.PlainDate, name: string): HolidayEntry {
  return { date, name, kind: "half" };
}

/** The days without trading that follow no rule: ISO date to name. */
export type OneOffs = Readonly<Record<string, string>>;

/**
 * Makes a calendar of what holds in each year. Entries at weekends are left out, since nothing
 * trades then anyway. A year is worked out when it is first asked for.
 *
 * @param oneOffs days without trading beside those of the rules.
 * @param entries the rules' entries for a year.
 */
export function holidayCalendar(
  horizon: Horizon,
  oneOffs: OneOffs,
  entries: (year: number) => readonly HolidayEntry[],
): HolidayCalendar {
  const years = new Map<string, ReadonlyMap<string, Holiday>>();
  const listOf = (year: string): ReadonlyMap<string, Holiday> => {
    const list = new Map<string, Holiday>();
    for (const { date, name, kind } of entries(Number(year))) {
      if (!isWeekend(date)) list.set(date.toString(), { name, kind });
    }
    for (const [date, name] of Object.entries(oneOffs)) {
      if (date.startsWith(year)) list.set(date, { name, kind: "closed" });
    }
    return list;
  };
  return {
    horizon,
    on: (date) => {
      if (date < horizon.first || date > horizon.last) return null;
      const year = date.slice(0, 4);
      let list = years.get(year);
      if (list === undefined) years.set(year, list = listOf(year));
      return list.get(date) ?? null;
    },
  };
}

/** A date of the Gregorian calendar; months count from 1. */
export function day(year: number, month: number, dayOfMonth: number): Temporal.PlainDate {
  return new Temporal.PlainDate(year, month, dayOfMonth);
}

/** Whether a date is a Saturday or Sunday. */
export function isWeekend(date: Temporal.PlainDate): boolean {
  return date.dayOfWeek >= SATURDAY;
}

/** The `n`th of an ISO weekday in a month, from 1: the fourth Thursday of November, say. */
export function nthWeekday(
  year: number,
  month: number,
  weekday: number,
  n: number,
): Temporal.PlainDate {
  const first = day(year, month, 1);
  return first.add({ days: (weekday - first.dayOfWeek + 7) % 7 + 7 * (n - 1) });
}

/** The last of an ISO weekday in a month. */
export function lastWeekday(year: number, month: number, weekday: number): Temporal.PlainDate {
  const last = day(year, month, 1).add({ months: 1 }).subtract({ days: 1 });
  return last.subtract({ days: (last.dayOfWeek - weekday + 7) % 7 });
}

/** The date itself, or the Friday before a weekend. */
export function orFridayBefore(date: Temporal.PlainDate): Temporal.PlainDate {
  return isWeekend(date) ? date.subtract({ days: date.dayOfWeek - FRIDAY }) : date;
}

/** The date itself, or the Monday after a weekend. */
export function orMondayAfter(date: Temporal.PlainDate): Temporal.PlainDate {
  return isWeekend(date) ? date.add({ days: 8 - date.dayOfWeek }) : date;
}

/**
 * Western Easter Sunday, by the anonymous Gregorian algorithm (Meeus, Jones and Butcher, in
 * "Astronomical Algorithms", chapter 8).
 *
 * @param year any Gregorian year.
 */
export function easterSunday(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact -
    yearOfCentury % 4) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const count = epact + toSunday - 7 * late + 114;
  return day(year, Math.floor(count / 31), count % 31 + 1);
}

/** Two days before Easter Sunday. */
export function goodFriday(year: number): Temporal.PlainDate {
  return easterSunday(year).subtract({ days: 2 });
}

/** The day after Easter Sunday. */
export function easterMonday(year: number): Temporal.PlainDate {
  return easterSunday(year).add({ days: 1 });
}

/** The fiftieth day after Easter Sunday. */
export function whitMonday(year: number): Temporal.PlainDate {
  return easterSunday(year).add({ days: 50 });
}
