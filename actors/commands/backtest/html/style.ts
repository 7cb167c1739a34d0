/**
 * How the report looks: in light and dark as the reader has it, on paper in light.
 *
 * @module
 */

/** The style sheet. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #101418);
  --panel: light-dark(#f6f7f9, #171c22);
  --line: light-dark(#d5dae1, #2c353f);
  --text: light-dark(#1a2027, #dfe5ec);
  --soft: light-dark(#55606d, #97a3b1);
  --accent: light-dark(#0b5cad, #6cb2f7);
  --good: light-dark(#0a6b3d, #4cc38a);
  --bad: light-dark(#b01e2e, #ff8f8f);
}
@media print { :root { color-scheme: light; } }
body {
  margin: 0 auto;
  max-width: 80rem;
  padding: 1.2rem 1.2rem 3rem;
  background: var(--ground);
  color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
h1, h2, h3 { font-weight: 600; line-height: 1.25; }
h1 { font-size: 1.4rem; margin: 0 0 .6rem; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: .95rem; margin: 1.1rem 0 .3rem; }
p, ul { margin: .3rem 0; }
ul { padding-left: 1.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
dt, .soft { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
a { color: var(--accent); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td {
  padding: .25rem .45rem;
  border-bottom: 1px solid var(--line);
  text-align: right;
  white-space: nowrap;
}
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.words { text-align: left; white-space: normal; min-width: 18rem; }
th.words { text-align: left; }
td:last-child, th:last-child { padding-right: 0; }
tbody tr.both { font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: .5rem 1rem; }
figure { margin: 0; }
figcaption { font-weight: 600; margin: 1rem 0 .2rem; }
summary { margin-top: 1rem; cursor: pointer; }
.wide svg { min-width: 46rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
svg { display: block; width: 100%; height: auto; background: var(--panel); border-radius: 6px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .zero { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3; }
svg .axis { fill: var(--soft); font-size: 11px; }
svg .name { fill: var(--text); }
svg .price { fill: none; stroke: var(--soft); stroke-width: 1; }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.target { --mark: var(--good); }
.stop { --mark: var(--bad); }
.expired { --mark: var(--accent); }
.undecided, .missed { --mark: var(--soft); }
svg .trade line { stroke: var(--mark); stroke-width: 1.3; }
svg .trade polygon, svg .trade circle, svg .dot { fill: var(--mark); stroke: var(--mark); }
/* Told apart by more than the colour: what reached its target is filled, the rest is not. */
svg .trade:not(.target) polygon, svg .trade:not(.target) circle, svg .dot:not(.target) {
  fill: var(--panel);
}
svg .dot { stroke-width: 1.4; }
svg .dot.expired { stroke-dasharray: 2 1.5; }
b.target, b.stop, b.expired, b.undecided, b.missed { color: var(--mark); font-weight: 600; }
`;
