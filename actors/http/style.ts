/**
 * How the page looks.
 *
 * @module
 */

/** The page's style; follows the light or dark that the reader prefers. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --line: light-dark(#d0d7de, #3d444d);
  --soft: light-dark(#57606a, #9da7b3);
  --pass: light-dark(#1a7f37, #3fb950);
  --warn: light-dark(#7d4e00, #d29922);
  --fail: light-dark(#b3121d, #ff8a80);
}
body {
  max-width: 60rem; margin: 0 auto; padding: 1rem; background: Canvas; color: CanvasText;
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word;
}
h1 { margin: 0; }
h1 small { font-weight: normal; color: var(--soft); }
h2 { margin: 1.5rem 0 .25rem; font-size: 1.1rem; }
section { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .25rem .75rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); }
th, td { white-space: nowrap; }
th { font-weight: normal; color: var(--soft); }
td.text { min-width: 10rem; white-space: normal; }
.number { font-variant-numeric: tabular-nums; }
b { padding: .1rem .4rem; border: 1px solid; border-radius: .25rem; }
.pass { color: var(--pass); }
.warn { color: var(--warn); }
.fail { color: var(--fail); }
ul { padding-left: 1.2rem; }
code, pre { font: 13px/1.6 ui-monospace, monospace; }
pre { padding: .75rem; border: 1px solid var(--line); overflow-x: auto; }
@media (width < 30rem) {
  th, td { padding-right: .5rem; }
  .wide { display: none; }
}
`.trimStart();
