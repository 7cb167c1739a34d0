/**
 * The holidays of the London Stock Exchange: the bank holidays of England and Wales (Banking and
 * Financial Dealings Act 1971, and proclamations).
 *
 * @module
 */
import {
  closed,
  day,
  easterMonday,
  goodFriday,
  half,
  type HolidayCalendar,
  holidayCalendar,
  type HolidayEntry,
  isWeekend,
  lastWeekday,
  MONDAY,
  nthWeekday,
  type OneOffs,
  orFridayBefore,
  orMondayAfter,
} from "./rules.ts";

const ONE_OFFS: OneOffs = {
  "2012-06-04": "Spring bank holiday",
  "2012-06-05": "Queen's Diamond Jubilee",
  "2020-05-08": "Early May bank holiday (VE day)",
  "2022-06-02": "Spring bank holiday",
  "2022-06-03": "Queen's Platinum Jubilee",
  "2022-09-19": "State funeral of Queen Elizabeth II",
  "2023-05-08": "Coronation of King Charles III",
};

/** Years whose early May holiday was moved to another day, given in the one-offs. */
const EARLY_MAY_MOVED: ReadonlySet<number> = new Set([2020]);
/** Years whose spring holiday was moved to another day, given in the one-offs. */
const SPRING_MOVED: ReadonlySet<number> = new Set([2012, 2022]);

/** Statute fixes the days; a further one is proclaimed months, or only days, ahead. */
export const LSE_HOLIDAYS: HolidayCalendar = holidayCalendar(
  { first: "2012-01-01", last: "2028-12-31" },
  ONE_OFFS,
  entries,
);

function entries(year: number): HolidayEntry[] {
  const days = [
    closed(orMondayAfter(day(year, 1, 1)), "New Year's Day"),
    closed(goodFriday(year), "Good Friday"),
    closed(easterMonday(year), "Easter Monday"),
    closed(lastWeekday(year, 8, MONDAY), "Summer bank holiday"),
    closed(day(year, 12, 25), "Christmas Day"),
    closed(day(year, 12, 26), "Boxing Day"),
    // The last trading day before either holiday: the Friday, where the eve is at a weekend.
    half(orFridayBefore(day(year, 12, 24)), "Christmas Eve"),
    half(orFridayBefore(day(year, 12, 31)), "New Year's Eve"),
  ];
  if (!EARLY_MAY_MOVED.has(year)) {
    days.push(closed(nthWeekday(year, 5, MONDAY, 1), "Early May bank holiday"));
  }
  if (!SPRING_MOVED.has(year)) {
    days.push(closed(lastWeekday(year, 5, MONDAY), "Spring bank holiday"));
  }
  // Two days later, so that 25 and 26 December at one weekend become Monday and Tuesday.
  if (isWeekend(day(year, 12, 25))) {
    days.push(closed(day(year, 12, 27), "Christmas Day (substitute day)"));
  }
  if (isWeekend(day(year, 12, 26))) {
    days.push(closed(day(year, 12, 28), "Boxing Day (substitute day)"));
  }
  return days;
}
