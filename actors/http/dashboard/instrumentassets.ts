/**
 * What the instrument's page is made of besides the shell.
 *
 * @module
 */
import bars from "./assets/bars.js" with { type: "text" };
import bartable from "./assets/bartable.js" with { type: "text" };
import beside from "./assets/beside.js" with { type: "text" };
import chartfeed from "./assets/chartfeed.js" with { type: "text" };
import chartkeys from "./assets/chartkeys.js" with { type: "text" };
import facts from "./assets/facts.js" with { type: "text" };
import flowpane from "./assets/flowpane.js" with { type: "text" };
import gaplist from "./assets/gaplist.js" with { type: "text" };
import chartlook from "./assets/chartlook.js" with { type: "text" };
import chartview from "./assets/chartview.js" with { type: "text" };
import history from "./assets/history.js" with { type: "text" };
import indicatorfeed from "./assets/indicatorfeed.js" with { type: "text" };
import indicatorlines from "./assets/indicatorlines.js" with { type: "text" };
import indicators from "./assets/indicators.js" with { type: "text" };
import instrument from "./assets/instrument.js" with { type: "text" };
import instrumentstyle from "./assets/instrument.css" with { type: "text" };
import ladder from "./assets/ladder.js" with { type: "text" };
import marketchart from "./assets/marketchart.js" with { type: "text" };
import palette from "./assets/palette.js" with { type: "text" };
import profilecolumn from "./assets/profilecolumn.js" with { type: "text" };
import profilefeed from "./assets/profilefeed.js" with { type: "text" };
import readout from "./assets/readout.js" with { type: "text" };
import signalmarks from "./assets/signalmarks.js" with { type: "text" };
import signals from "./assets/signals.js" with { type: "text" };
import tape from "./assets/tape.js" with { type: "text" };
import timescale from "./assets/timescale.js" with { type: "text" };
import trustmarks from "./assets/trustmarks.js" with { type: "text" };

/** The modules that the page runs, besides the one that it begins with. */
const MODULES = {
  "bars.js": bars,
  "bartable.js": bartable,
  "beside.js": beside,
  "chartfeed.js": chartfeed,
  "chartkeys.js": chartkeys,
  "facts.js": facts,
  "flowpane.js": flowpane,
  "gaplist.js": gaplist,
  "chartlook.js": chartlook,
  "chartview.js": chartview,
  "history.js": history,
  "indicatorfeed.js": indicatorfeed,
  "indicatorlines.js": indicatorlines,
  "indicators.js": indicators,
  "ladder.js": ladder,
  "marketchart.js": marketchart,
  "palette.js": palette,
  "profilecolumn.js": profilecolumn,
  "profilefeed.js": profilefeed,
  "readout.js": readout,
  "signalmarks.js": signalmarks,
  "signals.js": signals,
  "tape.js": tape,
  "timescale.js": timescale,
  "trustmarks.js": trustmarks,
};

/** Their names, and that of the charting library. */
export const INSTRUMENT_MODULES: readonly string[] = [
  ...Object.keys(MODULES),
  "rows.js",
  "chartlibrary.js",
];

/** The page's assets, by name. */
export const INSTRUMENT_ASSETS = {
  ...MODULES,
  "instrument.js": instrument,
  "instrument.css": instrumentstyle,
};
