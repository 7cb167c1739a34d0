/**
 * How the page looks.
 *
 * @module
 */

/** The page's style; follows the light or dark that the reader prefers. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8888; }
body {
  max-width: 60rem; margin: 0 auto; padding: 1rem;
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; }
h1 small { font-weight: normal; color: var(--soft); }
h2 { margin: 1.5rem 0 .25rem; font-size: 1.1rem; }
section { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .25rem .75rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); }
th { font-weight: normal; color: var(--soft); }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
b { padding: .1rem .4rem; border: 1px solid; border-radius: .25rem; }
.pass { color: #1a7f37; }
.warn { color: #9a6700; }
.fail { color: #cf222e; }
ul { padding-left: 1.2rem; }
code, pre { font: 13px/1.6 ui-monospace, monospace; }
pre { padding: .75rem; border: 1px solid var(--line); overflow-x: auto; }
`.trimStart();
