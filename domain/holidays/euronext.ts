/**
 * The holidays of Euronext's cash markets, as its yearly notice lists them: not those of France. A
 * day at a weekend is not made up for.
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
} from "./rules.ts";

/** The list has been the same each year since 2002. */
export const EURONEXT_HOLIDAYS: HolidayCalendar = holidayCalendar(
  { first: "2012-01-01", last: "2028-12-31" },
  {},
  (year) => [
    closed(day(year, 1, 1), "New Year's Day"),
    closed(goodFriday(year), "Good Friday"),
    closed(easterMonday(year), "Easter Monday"),
    closed(day(year, 5, 1), "Labour Day"),
    half(day(year, 12, 24), "Christmas Eve"),
    closed(day(year, 12, 25), "Christmas Day"),
    closed(day(year, 12, 26), "Boxing Day"),
    half(day(year, 12, 31), "New Year's Eve"),
  ],
);
