/**
 * What the strategies' page is made of besides the shell.
 *
 * @module
 */
import removaldialog from "./assets/removaldialog.js" with { type: "text" };
import schemaform from "./assets/schemaform.js" with { type: "text" };
import setupdialog from "./assets/setupdialog.js" with { type: "text" };
import strategies from "./assets/strategies.js" with { type: "text" };
import strategiesstyle from "./assets/strategies.css" with { type: "text" };
import strategycard from "./assets/strategycard.js" with { type: "text" };

/** The page's assets, by name. */
export const STRATEGIES_ASSETS = {
  "removaldialog.js": removaldialog,
  "schemaform.js": schemaform,
  "setupdialog.js": setupdialog,
  "strategies.js": strategies,
  "strategies.css": strategiesstyle,
  "strategycard.js": strategycard,
};

/** The modules that the page runs, besides the one that it begins with. */
export const STRATEGIES_MODULES = [
  "removaldialog.js",
  "schemaform.js",
  "setupdialog.js",
  "strategycard.js",
  "signals.js",
  "table.js",
];
