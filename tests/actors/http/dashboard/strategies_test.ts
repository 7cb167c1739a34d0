import { assertEquals } from "@std/assert";
import { boundsOf, kindOf, valueOf } from "../../../../actors/http/dashboard/assets/schemaform.js";
import { reportCommand } from "../../../../actors/http/dashboard/assets/setupdialog.js";
import { z } from "zod";

/** Schemas as they are made for the API. */
const { properties } = z.toJSONSchema(
  z.strictObject({
    candles: z.number().int().min(2).max(400).default(9),
    factor: z.number().min(0.1).default(2),
    whole: z.number().int(),
    side: z.enum(["both", "long"]).default("both"),
    loud: z.boolean().default(false),
    note: z.string(),
  }),
  { io: "input" },
) as { properties: Record<string, Parameters<typeof kindOf>[0]> };

Deno.test("a field is of the kind that the schema says, and tells its bounds and what is usual", () => {
  const said = Object.entries(properties).map(([name, property]) =>
    [name, kindOf(property), boundsOf(property)] as const
  );
  assertEquals(said, [
    ["candles", "number", "2 to 400, usually 9"],
    ["factor", "number", "at least 0.1, usually 2"],
    ["whole", "number", ""],
    ["side", "choice", "usually both"],
    ["loud", "flag", ""],
    ["note", "text", ""],
  ]);
});

Deno.test("what is no number is handed on as it was entered, for the API to refuse", () => {
  const { candles, side, loud, note } = properties;
  assertEquals(valueOf(candles!, "12"), 12);
  assertEquals(valueOf(candles!, ""), "");
  assertEquals(valueOf(candles!, "a few"), "a few");
  assertEquals(valueOf(side!, "long"), "long");
  assertEquals(valueOf({ enum: [1, 5] }, "5"), 5);
  assertEquals(valueOf(loud!, true), true);
  assertEquals(valueOf(note!, "7"), "7");
});

Deno.test("the report's command is one that a shell takes as it is meant", () => {
  const command = reportCommand("ema-cross", "^FTSE", {
    interval: "5m",
    parameters: { fast: 9, note: "it's" },
  }, { folder: "data/backtests", flags: ["--config", "my markets.yaml"] });
  assertEquals(
    command.replaceAll(" \\\n ", ""),
    [
      "marketd replay --config 'my markets.yaml'",
      "--stored '^FTSE'",
      "--strategy ema-cross",
      "--interval 5m",
      "--param fast=9",
      `--param 'note=it'\\''s'`,
      "--report 'data/backtests/ema-cross-^FTSE-5m.html'",
    ].join(" "),
  );
});
