/**
 * Elements. Whatever is put into the page goes in as text or as an attribute: nothing here, and
 * nothing that uses it, ever reads a text as markup.
 *
 * @module
 */

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, string | number | boolean | null | undefined>} Attributes
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element of HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes] those that are null, undefined or false are left out; true is
 * written without a value
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

/**
 * Makes an element of SVG.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function drawing(name, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

/**
 * @template {Element} Made
 * @param {Made} made
 * @param {Attributes} attributes
 * @param {readonly Child[]} children
 * @returns {Made}
 */
function furnish(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      made.append(typeof child === "number" ? String(child) : child);
    }
  }
  return made;
}

/**
 * Sets an attribute where it differs, or takes it away.
 *
 * @param {Element} element
 * @param {string} name not one that holds a script
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  if (name.startsWith("on")) throw new TypeError(`Cannot set ${name}: add a listener instead.`);
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/**
 * Sets an element's text where it differs.
 *
 * @param {Element} element
 * @param {string} text
 * @returns {boolean} whether it differed
 */
export function setText(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/**
 * The one element that a page surely has.
 *
 * @template {Element} Kind
 * @param {string} selector
 * @param {{ new (): Kind }} kind
 * @param {ParentNode} [root]
 * @returns {Kind}
 */
export function find(selector, kind, root = document) {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new TypeError(`Cannot find ${selector}: the page has no such ${kind.name}.`);
}

/**
 * Has Escape close a box that lies over the page, wherever the focus is; a dialog over it goes first.
 *
 * @param {HTMLDetailsElement} box
 */
export function closeOnEscape(box) {
  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !box.open || document.querySelector("dialog[open]") !== null) return;
    const hadFocus = box.contains(document.activeElement);
    box.open = false;
    if (hadFocus) box.querySelector("summary")?.focus();
  });
}
