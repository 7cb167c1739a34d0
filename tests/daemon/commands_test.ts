/**
 * Commands beside a daemon that runs.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { marketd } from "../actors/commands/run.ts";
import { Daemon } from "./daemon.ts";
import { onEachStore } from "./stores.ts";

const TOKEN = "0123456789abcdefghij";
const env = { MARKETD_TOKEN: TOKEN };
const files = { "marketd.yaml": "instruments: [AAPL, MSFT, VOD.L]\n" };

async function change(daemon: Daemon, method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(daemon.url + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert(response.ok, text);
}

onEachStore("check online says that marketd already runs here", { files }, async (bench) => {
  const { folder } = bench;
  const store = await bench.store();
  const daemon = await Daemon.start({ folder, args: ["--store", store], env });
  const { port } = new URL(daemon.url);
  try {
    const same = await marketd(
      folder,
      ["check", "--online", "--store", store, "--port", port],
      env,
    );
    assertEquals(same.code, 1);
    assertMatch(
      same.stderr,
      new RegExp(
        `^marketd already runs here: .*process \\d+.* answers at ${daemon.url} and writes to ` +
          `\\S+\\. A second one could not start\\.$`,
        "m",
      ),
    );
    assert(!same.stderr.includes("marketd: "), same.stderr);

    const elsewhere = ["check", "--online", "--store", store, "--port", "0"];
    const locked = await marketd(folder, elsewhere, env);
    assertEquals(locked.code, 1);
    assertMatch(locked.stderr, /^marketd: store: .*process \d+.* writes to it\./m);

    const other = ["check", "--online", "--store", "sqlite:other.db", "--port", port];
    const taken = await marketd(folder, other, env);
    assertEquals(taken.code, 1);
    assertMatch(taken.stderr, /^marketd: port: .* is in use\..* A marketd \S+ answers there,/m);
    // The daemon was not disturbed.
    await daemon.ready();
  } finally {
    assertEquals(await daemon.stop(), 0);
  }
});

onEachStore("config print shows what was changed through the API", { files }, async (bench) => {
  const { folder } = bench;
  const store = await bench.store();
  const print = (format: string) =>
    marketd(folder, ["config", "print", "--format", format, "--store", store], env);
  const daemon = await Daemon.start({ folder, args: ["--store", store], env });
  try {
    await change(daemon, "POST", "/api/v1/instruments", { symbol: "TSLA", level: 2 });
    await change(daemon, "DELETE", "/api/v1/instruments/VOD.L");
    await change(daemon, "DELETE", "/api/v1/instruments/MSFT");
    await change(daemon, "POST", "/api/v1/instruments", { symbol: "MSFT", basis: "mid" });

    await change(daemon, "PUT", "/api/v1/routes/us", {
      match: "A*",
      providers: ["demo"],
      failover: { delay: "9s" },
    });
    await change(daemon, "PUT", "/api/v1/routes/gone", { market: "FX", providers: ["demo"] });
    await change(daemon, "DELETE", "/api/v1/routes/gone");

    const yaml = await print("yaml");
    assertEquals(yaml.code, 0, yaml.stderr);
    const lines = yaml.stdout.split("\n").map((line) => line.trim());
    for (
      const line of [
        "- symbol: AAPL # marketd.yaml:1",
        "- symbol: TSLA # api",
        "level: 2 # api",
        "- symbol: MSFT # api",
        "basis: mid # api",
        "# removed through the API: VOD.L",
        "- name: us # api",
        "delay: 9s # api",
        "# removed through the API: gone",
      ]
    ) assert(lines.includes(line), `${line}\n${yaml.stdout}`);
    assertEquals(lines.filter((line) => /symbol: (MSFT|VOD)/.test(line)).length, 1);
    assertEquals(yaml.stderr.includes("not shown"), false);
  } finally {
    assertEquals(await daemon.stop(), 0);
  }
  const { settings, origins, removed } = JSON.parse((await print("json")).stdout);
  const symbols = settings.instruments.map(({ symbol }: { symbol: string }) => symbol);
  assertEquals(symbols.toSorted(), ["AAPL", "MSFT", "TSLA"]);
  assertEquals(origins[`instruments[${symbols.indexOf("TSLA")}].level`], "api");
  assertEquals(removed, ["VOD.L"]);
  assertEquals(settings.routes, [
    { name: "us", match: "A*", providers: ["demo"], failover: { delay: "9s" } },
  ]);
});
