import { assert, assertEquals } from "@std/assert";
import { inPlace } from "./place.ts";

import { Validator } from "@seriousme/openapi-schema-validator";

type Json = Record<string, unknown>;
type Operation = {
  responses: Record<string, { description: string; content?: Record<string, { schema?: Json }> }>;
  parameters?: { name: string; in: string; required?: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  security?: Json[];
  summary?: string;
  operationId?: string;
  tags?: string[];
};

async function described(
  work: (paths: Record<string, Record<string, Operation>>, document: Json) => Promise<void> | void,
): Promise<void> {
  await inPlace(async ({ get }) => {
    const response = await get("/openapi.json");
    assertEquals(response.headers.get("content-type"), "application/json");
    const document = await response.json();
    await work(document.paths, document);
  });
}

/** Every object within a document. */
function* objectsIn(value: unknown): Generator<Json> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Json;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

Deno.test("the description is OpenAPI 3.1, and each of its references leads somewhere", async () => {
  await described((_, document) => {
    assertEquals(document["openapi"], "3.1.0");
    assertEquals((document["info"] as Json)["version"], "1.2.3");
    let count = 0;
    for (const { $ref } of objectsIn(document)) {
      if (typeof $ref !== "string") continue;
      count++;
      const found = $ref.replace(/^#\//, "").split("/").reduce<unknown>(
        (at, step) => (at as Json | undefined)?.[step],
        document,
      );
      assert(typeof found === "object", `${$ref} leads nowhere`);
    }
    assert(count > 20);
  });
});

Deno.test("the description passes the schema that OpenAPI publishes for itself", async () => {
  await described(async (_, document) => {
    const { valid, errors } = await new Validator().validate(document);
    assertEquals([valid, errors], [true, undefined]);
    // The validator is one that can refuse.
    const broken = { ...document, paths: { "/": { get: { responses: 7 } } } };
    assertEquals((await new Validator().validate(broken)).valid, false);
  });
});

Deno.test("every operation has a name of its own, and a tag that is described", async () => {
  await described((paths, document) => {
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    const names = operations.map(({ operationId }) => operationId);
    assert(names.every((name) => /^[a-z][A-Za-z]+$/.test(name ?? "")), names.join());
    assertEquals(new Set(names).size, names.length);
    const tags = document["tags"] as { name: string; description: string }[];
    assert(tags.every(({ description }) => description.length > 5));
    for (const operation of operations) {
      assertEquals(operation.tags?.length, 1);
      assert(tags.some(({ name }) => name === operation.tags![0]));
    }
    assertEquals((document["info"] as Json)["license"], { name: "MIT", identifier: "MIT" });
  });
});

Deno.test("every refusal is described as a problem", async () => {
  await described((paths) => {
    for (const [path, item] of Object.entries(paths)) {
      for (const { responses } of Object.values(item)) {
        assert("421" in responses, path);
        for (const [status, { content }] of Object.entries(responses)) {
          // What is not ready says so as it does when it is.
          const isReport = status === "503" && ["/health", "/readyz"].includes(path);
          if (Number(status) < 400 || isReport) continue;
          // People who sign in are told in the page itself.
          const isPage = path === "/signin" && ["401", "429"].includes(status);
          const type = isPage ? "text/html" : "application/problem+json";
          assertEquals(Object.keys(content!), [type], `${path} ${status}`);
        }
      }
    }
  });
});

Deno.test("the stream's events are described one by one", async () => {
  await described((paths, document) => {
    const { content } = paths["/api/v1/stream"]!["get"]!.responses["200"]!;
    const schemas = (document["components"] as Json)["schemas"] as Record<string, Json>;
    for (const type of ["text/event-stream", "application/x-ndjson"]) {
      assertEquals(content![type]!.schema, { $ref: "#/components/schemas/StreamEvent" });
    }
    const { mapping } = schemas["StreamEvent"]!["discriminator"] as { mapping: Json };
    assertEquals(Object.keys(mapping).sort(), [
      "candle",
      "depth",
      "flow",
      "gap",
      "hello",
      "keepalive",
      "profile",
      "quote",
      "signal",
      "state",
      "status",
      "trade",
    ]);
    const properties = (name: string) => Object.keys(schemas[name]!["properties"] as Json);
    assertEquals(properties("SlowClientGap"), ["reason", "fromId", "toId"]);
    assertEquals(properties("GapEvent"), ["id", "event", "data"]);
  });
});

Deno.test("every route is described, with its answers and all of its path's parameters", async () => {
  await described((paths) => {
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation }))
    );
    assertEquals(routes.map(({ method, path }) => `${method} ${path}`).sort(), [
      "delete /api/v1/exchanges/{market}",
      "delete /api/v1/instruments",
      "delete /api/v1/instruments/{symbol}",
      "delete /api/v1/routes/{name}",
      "delete /api/v1/strategies/{id}/{symbol}",
      "get /",
      "get /api/v1/actors",
      "get /api/v1/backfill",
      "get /api/v1/backtests",
      "get /api/v1/book",
      "get /api/v1/candles",
      "get /api/v1/exchanges",
      "get /api/v1/flow",
      "get /api/v1/gaps",
      "get /api/v1/indicators",
      "get /api/v1/indicators/catalog",
      "get /api/v1/instruments",
      "get /api/v1/instruments/{symbol}",
      "get /api/v1/markets",
      "get /api/v1/profile",
      "get /api/v1/providers",
      "get /api/v1/quality",
      "get /api/v1/routes",
      "get /api/v1/signals",
      "get /api/v1/snapshots",
      "get /api/v1/state",
      "get /api/v1/status",
      "get /api/v1/strategies",
      "get /api/v1/strategies/{id}/{symbol}",
      "get /api/v1/stream",
      "get /api/v1/ticks",
      "get /assets/{hash}/{name}",
      "get /backtests/{name}",
      "get /health",
      "get /instruments/{symbol}",
      "get /livez",
      "get /metrics",
      "get /openapi.json",
      "get /providers",
      "get /readyz",
      "get /signin",
      "get /strategies",
      "post /api/v1/backfill",
      "post /api/v1/instruments",
      "post /api/v1/providers/{id}/reset",
      "post /api/v1/routes/{name}/switch",
      "post /signin",
      "post /signout",
      "put /api/v1/exchanges/{market}",
      "put /api/v1/routes/{name}",
      "put /api/v1/strategies/{id}/{symbol}",
    ]);
    for (const { path, method, operation } of routes) {
      const answers = Object.entries(operation.responses);
      assert(answers.some(([status]) => /^[23]/.test(status)), `${method} ${path}`);
      for (const [, { description }] of answers) assert(description !== "");
      assert(operation.summary !== undefined);
      const declared = (operation.parameters ?? []).filter(({ in: place }) => place === "path");
      assertEquals(
        declared.map(({ name }) => name),
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
      for (const { required } of declared) assertEquals(required, true);
      // What changes something needs the token; what does not may be asked without.
      const isOpen = (operation.security ?? [{}]).some((one) => Object.keys(one).length === 0);
      assertEquals(isOpen, method === "get" || path === "/signin", `${method} ${path}`);
    }
  });
});

Deno.test("what is described of a query is what is checked of it", async () => {
  await described((paths) => {
    const { parameters } = paths["/api/v1/candles"]!["get"]!;
    const of = (name: string) => parameters!.find((one) => one.name === name)!;
    assertEquals(parameters!.map(({ name }) => name), [
      "symbol",
      "interval",
      "basis",
      "from",
      "to",
      "limit",
      "cursor",
      "format",
      "order",
    ]);
    assertEquals(of("symbol").required, true);
    const { type, minimum, maximum, default: usual } = of("limit").schema;
    assertEquals([type, minimum, maximum, usual], ["integer", 1, 10_000, 500]);
    assertEquals(of("from").schema["format"], "date-time");
    assertEquals(of("order").schema["enum"], ["asc", "desc"]);
  });
});

Deno.test("an instrument is described as the configuration takes it", async () => {
  await described((paths, document) => {
    const { schema } = paths["/api/v1/instruments"]!["post"]!.requestBody!
      .content["application/json"]!;
    assertEquals(schema, { $ref: "#/components/schemas/InstrumentSpec" });
    const { InstrumentSpec } = (document["components"] as Json)["schemas"] as Record<string, Json>;
    assertEquals(InstrumentSpec!["required"], ["symbol"]);
    assertEquals(InstrumentSpec!["additionalProperties"], false);
    const properties = InstrumentSpec!["properties"] as Record<string, Json>;
    assertEquals(properties["level"]!["enum"], [1, 2]);
    assertEquals(properties["basis"]!["enum"], ["trade", "bid", "ask", "mid"]);
  });
});
