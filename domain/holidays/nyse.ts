/**
 * The holidays of the US exchanges. NYSE Rule 7.2 names them; Nasdaq keeps the same ones.
 *
 * @module
 */
import {
  closed,
  day,
  goodFriday,
  half,
  type HolidayCalendar,
  holidayCalendar,
  type HolidayEntry,
  lastWeekday,
  MONDAY,
  nthWeekday,
  type OneOffs,
  orFridayBefore,
  orMondayAfter,
  SATURDAY,
  SUNDAY,
  THURSDAY,
} from "./rules.ts";

const ONE_OFFS: OneOffs = {
  "2012-10-29": "Hurricane Sandy",
  "2012-10-30": "Hurricane Sandy",
  "2018-12-05": "National Day of Mourning for George H. W. Bush",
  "2025-01-09": "National Day of Mourning for Jimmy Carter",
};

/** NYSE Group has published its days up to 2028 (notice of December 2025). */
export const NYSE_HOLIDAYS: HolidayCalendar = holidayCalendar(
  { first: "2012-01-01", last: "2028-12-31" },
  ONE_OFFS,
  entries,
);

function entries(year: number): HolidayEntry[] {
  const thanksgiving = nthWeekday(year, 11, THURSDAY, 4);
  const days = [
    // Not brought forward from a Saturday: the Friday before ends an accounting year (Rule 7.2).
    ...(day(year, 1, 1).dayOfWeek === SATURDAY
      ? []
      : [closed(orMondayAfter(day(year, 1, 1)), "New Year's Day")]),
    closed(nthWeekday(year, 1, MONDAY, 3), "Martin Luther King, Jr. Day"),
    closed(nthWeekday(year, 2, MONDAY, 3), "Washington's Birthday"),
    closed(goodFriday(year), "Good Friday"),
    closed(lastWeekday(year, 5, MONDAY), "Memorial Day"),
    closed(observed(day(year, 7, 4)), "Independence Day"),
    closed(nthWeekday(year, 9, MONDAY, 1), "Labor Day"),
    closed(thanksgiving, "Thanksgiving Day"),
    half(thanksgiving.add({ days: 1 }), "Day after Thanksgiving"),
    closed(observed(day(year, 12, 25)), "Christmas Day"),
  ];
  if (year >= 2022) days.push(closed(observed(day(year, 6, 19)), "Juneteenth"));
  // The eves end early from Monday to Thursday only: a Friday is then the observed holiday itself.
  for (const [eve, name] of eves(year)) {
    if (eve.dayOfWeek <= THURSDAY) days.push(half(eve, name));
  }
  return days;
}

function eves(year: number): [Temporal.PlainDate, string][] {
  return [
    [day(year, 7, 3), "Day before Independence Day"],
    [day(year, 12, 24), "Christmas Eve"],
  ];
}

/** Rule 7.2: the Friday before a Saturday, the Monday after a Sunday. */
function observed(date: Temporal.PlainDate): Temporal.PlainDate {
  return date.dayOfWeek === SUNDAY ? orMondayAfter(date) : orFridayBefore(date);
}
