/**
 * `GET /api/v1/indicators`: technical indicators along an instrument's candles; and the catalog of
 * those that there are.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { basisOf, basisParam } from "./basis.ts";
import { FURTHEST, type IndicatorsAt, readIndicators } from "./indicatorpage.ts";
import {
  checkInterval,
  checkSpan,
  intervalParam,
  orderParam,
  pageParams,
  queryOf,
  spanParams,
  symbolParam,
} from "./query.ts";
import { candleSchema } from "./records.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { badParameter, ProblemError } from "../problem.ts";
import type { Symbols } from "../symbols.ts";
import { sessionAt } from "../../../domain/calendar.ts";
import { csvRow } from "../../../domain/csv.ts";
import { MarketdError } from "../../../domain/errors.ts";
import {
  type Indicator,
  INDICATORS,
  OVERLAYS,
  parseIndicator,
} from "../../../domain/indicators.ts";
import { SOURCES } from "../../../domain/indicators/input.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { candleRecord } from "../../../domain/tables.ts";

/** Indicators that may be asked for at once. */
const MOST = 16;
const WANTED = `must be given 1 to ${MOST} times`;

const indicatorParam = z.preprocess(
  (said) => typeof said === "string" ? [said] : said,
  z.array(z.string().max(200), { error: WANTED }).min(1, { error: WANTED })
    .max(MOST, { error: WANTED }),
).openapi({
  type: "array",
  items: { type: "string" },
  minItems: 1,
  maxItems: MOST,
  description: "A name of the catalog, with parameters where they are not as usual; repeatable.",
  example: ["ema:period=20", "bollinger:period=20,deviations=2"],
});

const indicatorsSchema = candleSchema.pick({
  symbol: true,
  interval: true,
  start: true,
  end: true,
  basis: true,
  status: true,
}).extend({
  values: z.record(z.string(), z.record(z.string(), z.number()).nullable()).openapi({
    description:
      "By indicator, as it was asked for; null before it is warm, and where it has none.",
    example: { "ema:period=20": { value: 1.387 }, "rsi": null },
  }),
}).openapi("IndicatorValues");

const catalogSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  parameters: z.record(
    z.string(),
    z.strictObject({
      min: z.number(),
      max: z.number(),
      whole: z.boolean().openapi({ description: "Whether it is a whole number." }),
      default: z.number(),
    }),
  ),
  source: z.string().nullable().openapi({
    description: "The price it follows unless told by `source`; null: it takes the whole candle.",
  }),
  sources: z.array(z.string()).openapi({ description: "What `source` may be." }),
  outputs: z.array(z.string()).openapi({ description: "The names of its values." }),
  overlay: z.boolean().openapi({
    description: "Whether its values are prices, to be drawn over the candles.",
  }),
}).openapi("Indicator");

const route = createRoute({
  method: "get",
  path: "/api/v1/indicators",
  operationId: "listIndicatorValues",
  tags: ["data"],
  summary: "Technical indicators along an instrument's candles",
  description:
    "One row for each candle of `/api/v1/candles`, the forming one too. They are warmed by the stored " +
    `candles before the page, as far back as they matter (${FURTHEST} at most), so that the values of ` +
    "one candle are the same on every page. As CSV each value has a column.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam,
      indicator: indicatorParam,
      interval: intervalParam,
      basis: basisParam,
      ...spanParams,
      ...pageParams,
      order: orderParam,
    }),
  },
  responses: {
    200: { description: "A page of values.", content: tableContent(indicatorsSchema) },
    ...problems(400, 404, 406, 503),
  },
});

const catalogRoute = createRoute({
  method: "get",
  path: "/api/v1/indicators/catalog",
  operationId: "listIndicators",
  tags: ["data"],
  summary: "The indicators that there are, and their parameters",
  security: READ,
  request: { query: queryOf({}) },
  responses: {
    200: {
      description: "All indicators.",
      content: {
        "application/json": { schema: z.object({ data: z.array(catalogSchema), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

const CATALOG = Object.entries(INDICATORS).map(([name, spec]) => {
  const { outputs, parameters, source, title } = spec;
  const sources = source === null ? [] : Object.keys(SOURCES);
  const overlay = OVERLAYS.has(name);
  return { name, title, parameters, source, sources, outputs: [...outputs], overlay };
});

/** Answers `GET /api/v1/indicators` and its catalog. */
export function mountIndicators(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(catalogRoute, (c) => c.json({ data: CATALOG, next: null }, 200));
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    checkInterval(query.interval, shared.intervals);
    const asked = askedFor(query.indicator);
    const known = await symbols.need(query.symbol);
    const { symbol, listing } = known;
    const basis = query.basis ?? await basisOf(shared.store, known, query.interval);
    const table = tableOf(asked);
    if (basis === undefined) return answerTable(c, table, format, [], null);
    const { market } = listing?.instrument ?? resolveInstrument({ symbol });
    const { rows, next } = await readIndicators(
      shared,
      { ...query, symbol, basis },
      [...asked.values()],
      (time) => sessionAt(market, time)?.start ?? null,
    );
    return answerTable(c, table, format, rows, next);
  });
}

/** The indicators by how they were asked for. */
function askedFor(texts: readonly string[]): ReadonlyMap<string, Indicator> {
  const asked = new Map<string, Indicator>();
  for (const text of texts) {
    if (asked.has(text)) {
      throw badParameter("indicator", "repeated-indicator", `must name each once (was "${text}")`);
    }
    asked.set(text, read(text));
  }
  return asked;
}

function read(text: string): Indicator {
  try {
    return parseIndicator(text);
  } catch (error) {
    if (!(error instanceof MarketdError)) throw error;
    const { code, message } = error;
    throw new ProblemError(400, code, message, { errors: [{ path: "indicator", message }] });
  }
}

const FIELDS = ["start", "end", "symbol", "interval", "basis", "status"] as const;

function tableOf(asked: ReadonlyMap<string, Indicator>): Table<IndicatorsAt> {
  const names = [...asked.keys()];
  const columns = [...asked].flatMap(([text, { name }], at) =>
    INDICATORS[name]!.outputs.map((output) => ({
      at,
      output,
      title: output === "value" ? text : `${text} ${output}`,
    }))
  );
  return {
    header: csvRow([...FIELDS, ...columns.map(({ title }) => title)]),
    row({ candle, values }) {
      const record = candleRecord(candle);
      const cells = columns.map(({ at, output }) => values[at]?.[output] ?? null);
      return csvRow([...FIELDS.map((field) => record[field]), ...cells]);
    },
    record({ candle, values }) {
      const { basis, end, interval, start, status, symbol } = candleRecord(candle);
      const said = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
      return { symbol, interval, start, end, basis, status, values: said };
    },
  };
}
