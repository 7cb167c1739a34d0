/**
 * The holidays of foreign exchange. It has no exchange to set them. What venues have in common is
 * that the days named 25 December and 1 January (each from 17:00 New York of the day before) do not
 * trade; shorter hours around them differ by venue, and are not told here.
 *
 * @module
 */
import { closed, day, type HolidayCalendar, holidayCalendar } from "./rules.ts";

/** A custom and no rule: bounded like the exchanges' lists. */
export const FX_HOLIDAYS: HolidayCalendar = holidayCalendar(
  { first: "2012-01-01", last: "2028-12-31" },
  {},
  (year) => [
    closed(day(year, 1, 1), "New Year's Day"),
    closed(day(year, 12, 25), "Christmas Day"),
  ],
);
