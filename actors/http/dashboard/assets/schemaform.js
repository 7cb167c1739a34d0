/**
 * Forms from JSON schemas: a field for each property of an object, with what the schema says of it.
 * The reading and the naming of fields is pure.
 *
 * @module
 */
import { element, setAttribute, setText } from "./dom.js";

/**
 * A property of a schema.
 *
 * @typedef {object} Property
 * @property {string} [type] such as `integer`
 * @property {readonly unknown[]} [enum]
 * @property {unknown} [const]
 * @property {string} [description]
 * @property {unknown} [default]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [exclusiveMinimum]
 * @property {number} [exclusiveMaximum]
 */

/**
 * The schema of an object.
 *
 * @typedef {{ readonly properties?: Readonly<Record<string, Property>> }} ObjectSchema
 */

/**
 * How a property is asked for.
 *
 * @param {Property} property
 * @returns {"choice" | "flag" | "number" | "text"}
 */
export function kindOf({ type, enum: choices }) {
  if (choices !== undefined) return "choice";
  if (type === "boolean") return "flag";
  return type === "number" || type === "integer" ? "number" : "text";
}

/**
 * What is allowed, in words.
 *
 * @param {Property} property
 * @returns {string} such as `2 to 400, usually 9`
 */
export function boundsOf(property) {
  const { minimum, maximum, default: usual } = property;
  const words = [];
  // The safe integers are no bounds of anybody's.
  const isBound = (/** @type {number | undefined} */ bound) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (isBound(minimum) && isBound(maximum)) words.push(`${minimum} to ${maximum}`);
  else if (isBound(minimum)) words.push(`at least ${minimum}`);
  else if (isBound(maximum)) words.push(`at most ${maximum}`);
  if (usual !== undefined && kindOf(property) !== "flag") words.push(`usually ${usual}`);
  return words.join(", ");
}

/**
 * What was entered, as the API takes it; a text that is no number is handed on as it is, for the API
 * to refuse in its own words.
 *
 * @param {Property} property
 * @param {string | boolean} entered
 * @returns {unknown}
 */
export function valueOf(property, entered) {
  if (kindOf(property) === "choice") {
    return property.enum?.find((choice) => String(choice) === entered) ?? entered;
  }
  if (kindOf(property) !== "number" || typeof entered === "boolean") return entered;
  const number = Number(entered);
  return entered.trim() === "" || !Number.isFinite(number) ? entered : number;
}

/** The fields of one object. */
export class SchemaForm {
  #schema;
  #path;
  /** @type {Map<string, { input: HTMLInputElement | HTMLSelectElement, error: HTMLElement }>} */
  #fields = new Map();
  /** To be put into the page. */
  elements;

  /**
   * @param {ObjectSchema} schema
   * @param {Readonly<Record<string, unknown>>} values
   * @param {string} path where the object is in what is sent, such as `parameters`; empty: it is all
   */
  constructor(schema, values, path) {
    this.#schema = schema.properties ?? {};
    this.#path = path;
    this.elements = Object.entries(this.#schema).map(([name, property]) =>
      this.#field(name, property, values[name] ?? property.default)
    );
  }

  /**
   * @param {string} name
   * @param {Property} property
   * @param {unknown} value
   */
  #field(name, property, value) {
    const path = this.#path === "" ? name : `${this.#path}.${name}`;
    const id = `field-${path.replaceAll(".", "-")}`;
    const input = makeInput(property, value);
    setAttribute(input, "id", id);
    setAttribute(input, "name", path);
    setAttribute(input, "aria-describedby", `${id}-about ${id}-error`);
    const error = element("p", { id: `${id}-error`, class: "down" });
    this.#fields.set(name, { input, error });
    const about = [property.description, boundsOf(property)].filter(Boolean).join(" ");
    return element(
      "div",
      { class: "field", "data-kind": kindOf(property) },
      element("label", { for: id }, name),
      input,
      element("p", { id: `${id}-about`, class: "soft" }, about),
      error,
    );
  }

  /** What was entered, by property. */
  get values() {
    return Object.fromEntries(
      [...this.#fields].map(([name, { input }]) => {
        const isFlag = input instanceof HTMLInputElement && input.type === "checkbox";
        return [name, valueOf(this.#schema[name] ?? {}, isFlag ? input.checked : input.value)];
      }),
    );
  }

  set values(values) {
    for (const [name, { input }] of this.#fields) setInput(input, values[name]);
  }

  /** What the schema has as usual, by property. */
  get usual() {
    return Object.fromEntries(
      Object.entries(this.#schema).map(([name, { default: usual }]) => [name, usual]),
    );
  }

  /**
   * Says at each field what is wrong with it.
   *
   * @param {readonly { readonly path: string, readonly message: string }[]} errors
   * @returns {boolean} whether all of them have a field
   */
  refuse(errors) {
    let isPlaced = true;
    /** @type {Map<string, string[]>} */
    const byName = new Map();
    for (const { path, message } of errors) {
      const name = this.#path === "" ? path : path.slice(this.#path.length + 1);
      const isOurs = this.#path === "" || path.startsWith(`${this.#path}.`);
      if (isOurs && this.#fields.has(name)) {
        byName.set(name, [...byName.get(name) ?? [], message]);
      } else isPlaced = false;
    }
    for (const [name, { input, error }] of this.#fields) {
      const messages = byName.get(name);
      setText(error, messages === undefined ? "" : messages.join("; "));
      setAttribute(input, "aria-invalid", messages === undefined ? null : "true");
    }
    return isPlaced;
  }
}

/**
 * @param {Property} property
 * @param {unknown} value
 */
function makeInput(property, value) {
  const kind = kindOf(property);
  if (kind === "choice") {
    const options = (property.enum ?? []).map((choice) =>
      element("option", { value: String(choice) }, String(choice))
    );
    const select = element("select", {}, ...options);
    setInput(select, value);
    return select;
  }
  const { minimum, maximum, type } = property;
  const input = element(
    "input",
    kind === "flag"
      ? { type: "checkbox" }
      : kind === "number"
      ? { type: "number", min: minimum, max: maximum, step: type === "integer" ? 1 : "any" }
      : { type: "text" },
  );
  setInput(input, value);
  return input;
}

/**
 * @param {HTMLInputElement | HTMLSelectElement} input
 * @param {unknown} value
 */
function setInput(input, value) {
  if (input instanceof HTMLInputElement && input.type === "checkbox") {
    input.checked = value === true;
  } else input.value = value === undefined || value === null ? "" : String(value);
}
