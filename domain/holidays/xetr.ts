/**
 * The days on which Xetra does not trade: the trading calendar of the Frankfurt Stock Exchange,
 * which is not Germany's list of public holidays. A day at a weekend is not made up for.
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
  type OneOffs,
  orFridayBefore,
  whitMonday,
} from "./rules.ts";

const ONE_OFFS: OneOffs = { "2017-10-31": "Reformation Day (500th anniversary)" };

/** Deutsche Börse has published its days up to 2028 and beyond. */
export const XETR_HOLIDAYS: HolidayCalendar = holidayCalendar(
  { first: "2012-01-01", last: "2028-12-31" },
  ONE_OFFS,
  entries,
);

function entries(year: number): HolidayEntry[] {
  const days = [
    closed(day(year, 1, 1), "New Year's Day"),
    closed(goodFriday(year), "Good Friday"),
    closed(easterMonday(year), "Easter Monday"),
    closed(day(year, 5, 1), "Labour Day"),
    closed(day(year, 12, 24), "Christmas Eve"),
    closed(day(year, 12, 25), "Christmas Day"),
    closed(day(year, 12, 26), "Boxing Day"),
    // The year's last trading day ends early.
    half(orFridayBefore(day(year, 12, 30)), "Last trading day of the year"),
    closed(day(year, 12, 31), "New Year's Eve"),
  ];
  // Both were days without trading for some years only: since 2022 the exchange trades on them.
  if (year >= 2015 && year <= 2021) days.push(closed(whitMonday(year), "Whit Monday"));
  if (year >= 2014 && year <= 2021) days.push(closed(day(year, 10, 3), "Day of German Unity"));
  return days;
}
