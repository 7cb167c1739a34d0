/**
 * The holiday calendar behind each id.
 *
 * @module
 */
import type { CalendarId } from "../market.ts";
import { EURONEXT_HOLIDAYS } from "./euronext.ts";
import { FX_HOLIDAYS } from "./fx.ts";
import { LSE_HOLIDAYS } from "./lse.ts";
import { NYSE_HOLIDAYS } from "./nyse.ts";
import type { HolidayCalendar } from "./rules.ts";
import { XETR_HOLIDAYS } from "./xetr.ts";

/** Every holiday calendar. */
export const HOLIDAY_CALENDARS: Readonly<Record<CalendarId, HolidayCalendar>> = {
  NYSE: NYSE_HOLIDAYS,
  LSE: LSE_HOLIDAYS,
  XETR: XETR_HOLIDAYS,
  EURONEXT: EURONEXT_HOLIDAYS,
  FX: FX_HOLIDAYS,
};
