/**
 * Technical indicators by name and parameters, on closed candles and on the forming one.
 *
 * @module
 */
import { MarketdError } from "./errors.ts";
import { INDICATORS, type IndicatorSpec } from "./indicators/catalog.ts";
import {
  type Core,
  type IndicatorInput,
  type IndicatorValues,
  SOURCES,
} from "./indicators/input.ts";
import type { Source } from "./indicators/input.ts";

export { INDICATORS, OVERLAYS } from "./indicators/catalog.ts";
export { type IndicatorInput, type IndicatorValues, inputOf } from "./indicators/input.ts";

/** One indicator over one series of candles. */
export class Indicator {
  /** The parameters in effect, those not said included. */
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Candles it must have seen, the present one included, before it has values. */
  readonly warmUp: number;
  /** Candles after which it no longer matters where the series began; `Infinity` where it always does. */
  readonly memory: number;
  readonly #core: Core;
  #closed = 0;
  #peeked = false;
  #values: IndicatorValues | null = null;

  /** See {@link createIndicator}, which checks what it is given. */
  constructor(
    readonly name: string,
    spec: IndicatorSpec,
    numbers: Readonly<Record<string, number>>,
    source: Source | null,
  ) {
    this.parameters = source === null ? numbers : { ...numbers, source };
    this.warmUp = spec.warmUp(numbers);
    this.memory = Math.max(this.warmUp, spec.memory(numbers));
    this.#core = spec.make(numbers, source ?? "close");
  }

  /** Candles closed so far. */
  get closed(): number {
    return this.#closed;
  }

  /** The values at the last closed candle; `null` where there are none. */
  get values(): IndicatorValues | null {
    return this.#values;
  }

  /**
   * Takes a closed candle, the one after the last closed.
   *
   * @returns the values; `null` before the warm-up is over, and where a formula has none (such as a
   * mean by volume without volume).
   */
  close(candle: IndicatorInput): IndicatorValues | null {
    const values = this.#core.update(candle, this.#peeked);
    this.#peeked = false;
    this.#closed++;
    return this.#values = this.#closed < this.warmUp ? null : finite(values);
  }

  /**
   * The values as they would be if the forming candle closed as it stands. It may be asked any number
   * of times, and changes nothing that {@link close} says.
   */
  peek(candle: IndicatorInput): IndicatorValues | null {
    if (this.#closed + 1 < this.warmUp) return null;
    const values = this.#core.update(candle, this.#peeked);
    this.#peeked = true;
    return finite(values);
  }
}

function finite(values: IndicatorValues | null): IndicatorValues | null {
  return values !== null && Object.values(values).every(Number.isFinite) ? values : null;
}

/**
 * Makes an indicator.
 *
 * @param name one of {@link INDICATORS}.
 * @param parameters those that shall not be as usual; `source` names the price that an indicator of
 * one price follows.
 * @throws MarketdError `unknown-indicator` or `bad-indicator-parameters`, terminal, naming every
 * parameter that is unknown or out of its range.
 * @example createIndicator("ema", { period: 50, source: "typical" }).warmUp // 50
 */
export function createIndicator(
  name: string,
  parameters: Readonly<Record<string, unknown>> = {},
): Indicator {
  const spec = Object.hasOwn(INDICATORS, name) ? INDICATORS[name] : undefined;
  if (spec === undefined) {
    throw new MarketdError(
      "unknown-indicator",
      `Cannot make the indicator "${name}", which is unknown: name one of ` +
        `${Object.keys(INDICATORS).join(", ")}.`,
      { terminal: true },
    );
  }
  const problems: string[] = [];
  const numbers = numbersOf(spec, parameters, problems);
  const source = sourceOf(spec, parameters.source, problems);
  const clash = problems.length === 0 ? spec.clash?.(numbers) : undefined;
  if (clash !== undefined) problems.push(clash);
  if (problems.length > 0) {
    throw new MarketdError(
      "bad-indicator-parameters",
      `Cannot make the indicator ${name}: ${problems.join("; ")}.`,
      { terminal: true },
    );
  }
  return new Indicator(name, spec, numbers, source);
}

/**
 * Reads an indicator as it is written in a query or on a command line: its name, and after a colon its
 * parameters, joined by commas.
 *
 * @throws MarketdError as {@link createIndicator}, and where the text is none of that kind.
 * @example parseIndicator("bollinger:period=20,deviations=2.5").name // "bollinger"
 */
export function parseIndicator(text: string): Indicator {
  const [, name, list] = /^([^:=,]+)(?::(.+))?$/s.exec(text) ?? [];
  const pairs = list?.split(",").map((pair) => /^([^=]+)=(.+)$/s.exec(pair)) ?? [];
  const names = new Set(pairs.map((pair) => pair?.[1]));
  if (name === undefined || pairs.includes(null) || names.size < pairs.length) {
    throw new MarketdError(
      "bad-indicator",
      `Cannot make an indicator of "${text}": write NAME or NAME:PARAMETER=VALUE,..., each once, such ` +
        "as ema:period=20.",
      { terminal: true },
    );
  }
  const read = (value: string) => /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  const parameters = Object.fromEntries(pairs.map((pair) => [pair![1]!, read(pair![2]!)]));
  return createIndicator(name, parameters);
}

function numbersOf(
  spec: IndicatorSpec,
  parameters: Readonly<Record<string, unknown>>,
  problems: string[],
): Record<string, number> {
  const names = Object.keys(spec.parameters);
  for (const name of Object.keys(parameters)) {
    if (name === "source" || names.includes(name)) continue;
    const has = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
    problems.push(`it has no parameter "${name}" (${has})`);
  }
  return Object.fromEntries(names.map((name) => {
    const { min, max, whole, default: usual } = spec.parameters[name]!;
    const value = parameters[name] === undefined ? usual : parameters[name];
    const fits = typeof value === "number" && value >= min && value <= max &&
      (!whole || Number.isInteger(value));
    if (fits) return [name, value];
    const kind = whole ? "a whole number" : "a number";
    problems.push(`${name} must be ${kind} from ${min} to ${max} (was ${said(value)})`);
    return [name, usual];
  }));
}

function sourceOf(spec: IndicatorSpec, source: unknown, problems: string[]): Source | null {
  if (source === undefined) return spec.source;
  if (spec.source === null) {
    problems.push("it takes the whole candle and has no source");
  } else if (typeof source !== "string" || !Object.hasOwn(SOURCES, source)) {
    const names = Object.keys(SOURCES).join(", ");
    problems.push(`source must be one of ${names} (was ${said(source)})`);
  } else {
    return source as Source;
  }
  return spec.source;
}

function said(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
