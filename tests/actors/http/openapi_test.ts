import { assert, assertEquals } from "@std/assert";
import { inPlace } from "./place.ts";

type Json = Record<string, unknown>;
type Operation = {
  responses: Record<string, { description: string; content?: Record<string, { schema?: Json }> }>;
  parameters?: { name: string; in: string; required?: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  security?: Json[];
  summary?: string;
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

Deno.test("every route is described, with its answers and all of its path's parameters", async () => {
  await described((paths) => {
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation }))
    );
    assertEquals(routes.map(({ method, path }) => `${method} ${path}`).sort(), [
      "delete /api/v1/instruments",
      "delete /api/v1/instruments/{symbol}",
      "get /",
      "get /api/v1/candles",
      "get /api/v1/gaps",
      "get /api/v1/instruments",
      "get /api/v1/instruments/{symbol}",
      "get /api/v1/providers",
      "get /api/v1/routes",
      "get /api/v1/status",
      "get /api/v1/stream",
      "get /api/v1/ticks",
      "get /health",
      "get /livez",
      "get /metrics",
      "get /openapi.json",
      "get /readyz",
      "get /style.css",
      "post /api/v1/instruments",
      "post /api/v1/providers/{id}/reset",
    ]);
    for (const { path, method, operation } of routes) {
      const answers = Object.entries(operation.responses);
      assert(answers.some(([status]) => status.startsWith("2")), `${method} ${path}`);
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
      assertEquals(isOpen, method === "get", `${method} ${path}`);
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
