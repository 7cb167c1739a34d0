/**
 * Tables and lists that are brought forward: what stays is kept, with the focus and whatever is open
 * in it, and what differs is written.
 *
 * @module
 */
import { element, setAttribute, setText } from "./dom.js";

/**
 * A cell: a text, or one with a class and more; or a function that keeps the cell's own content.
 *
 * @typedef {string | { text: string, class?: string, tone?: string, title?: string }
 *   | ((cell: HTMLElement) => void)} Cell
 */

/**
 * Fills a table's body.
 *
 * @template Row
 * @param {HTMLElement} body
 * @param {readonly Row[]} rows
 * @param {(row: Row) => string} keyOf tells the rows apart
 * @param {(row: Row) => readonly Cell[]} cellsOf as many for each row as the table has columns
 * @param {string} none what stands there without any row
 */
export function fill(body, rows, keyOf, cellsOf, none) {
  /** @type {Map<string, HTMLElement>} */
  const known = new Map();
  for (const child of body.children) {
    const key = child.getAttribute("data-key");
    if (child instanceof HTMLElement && key !== null) known.set(key, child);
  }
  const made = rows.map((row) => {
    const key = keyOf(row);
    const line = known.get(key) ?? element("tr", { "data-key": key });
    write(line, cellsOf(row));
    return line;
  });
  const columns = body.parentElement?.querySelectorAll("thead th").length ?? 1;
  const shown = made.length > 0
    ? made
    : [element("tr", {}, element("td", { class: "soft", colspan: columns }, none))];
  place(body, shown);
}

/**
 * @param {HTMLElement} line
 * @param {readonly Cell[]} cells
 */
function write(line, cells) {
  while (line.children.length < cells.length) line.append(element("td"));
  cells.forEach((cell, at) => {
    const place = line.children[at];
    if (!(place instanceof HTMLElement)) return;
    if (typeof cell === "function") cell(place);
    else writeCell(place, typeof cell === "string" ? { text: cell } : cell);
  });
}

/**
 * @param {HTMLElement} place
 * @param {{ text: string, class?: string, tone?: string, title?: string }} cell
 */
export function writeCell(place, { text, tone, title, ...rest }) {
  setText(place, text);
  setAttribute(place, "class", rest.class);
  setAttribute(place, "data-tone", tone);
  setAttribute(place, "title", title);
}

/**
 * Fills a list of sentences.
 *
 * @param {HTMLElement} list
 * @param {readonly string[]} texts
 */
export function fillList(list, texts) {
  while (list.children.length > texts.length) list.lastElementChild?.remove();
  texts.forEach((text, at) => {
    const place = list.children[at] ?? list.appendChild(element("li"));
    setText(place, text);
  });
}

/**
 * Has a parent hold exactly these, in this order, and moves none that is in its place.
 *
 * @param {HTMLElement} parent
 * @param {readonly HTMLElement[]} children
 */
function place(parent, children) {
  const kept = new Set(children);
  for (const child of [...parent.children]) {
    if (!(child instanceof HTMLElement) || !kept.has(child)) child.remove();
  }
  children.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
}
