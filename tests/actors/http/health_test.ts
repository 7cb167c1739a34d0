import { assert, assertEquals, assertMatch } from "@std/assert";
import { healthSchema } from "../../../actors/http/health.ts";
import { CandleSeries } from "../../../domain/candles.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { inPlace, type Place, sightCanaries, until } from "./place.ts";

async function health({ get }: Place) {
  const response = await get("/health");
  assertEquals(response.headers.get("content-type"), "application/health+json");
  const report = healthSchema.parse(await response.json());
  const check = (name: string) => report.checks[name]?.[0];
  return { status: response.status, report, check };
}

async function ready({ get }: Place) {
  const response = await get("/readyz?verbose");
  return { status: response.status, text: await response.text() };
}

Deno.test("a daemon in which all is well is ready and passes", async () => {
  await inPlace(async (place) => {
    sightCanaries(place);
    const { status, report, check } = await health(place);
    assertEquals([status, report.status, report.output], [200, "pass", undefined]);
    assertEquals([report.serviceId, report.version], ["marketd", "1.2.3"]);
    assertEquals(check("provider:feed")?.observedValue, "live");
    assertEquals(check("stage:candle")?.status, "pass");
    assert(Number(check("process:memory")?.observedValue) > 1_000_000);
    assertEquals(await ready(place), {
      status: 200,
      text: "[+] tree\n[+] stage gate\n[+] stage buffer\n[+] stage candle\n[+] stage recorder\n" +
        "[+] stage hub\n[+] stage stream\n[+] store\nready\n",
    });
    assertEquals(await (await place.get("/readyz")).text(), "ready\n");
    assertEquals(await (await place.get("/livez")).text(), "ok\n");
  });
});

Deno.test("a stage that no canary passed makes the daemon not ready", async () => {
  await inPlace(async (place) => {
    sightCanaries(place);
    place.tree.shared.vitals.watch("shard-that-is-mute");
    const { status, text } = await ready(place);
    assertEquals(status, 503);
    assertMatch(text, /^\[-\] stage hub$/m);
    assertMatch(text, /^not ready$/m);
    const { report, check, status: code } = await health(place);
    assertEquals([code, report.status], [503, "fail"]);
    assertEquals(check("stage:hub")?.output, "no canary came by yet");
    assertEquals((await place.get("/livez")).status, 200);
  });
});

Deno.test("trouble with the store fails, and the reason is for /health alone", async () => {
  await inPlace(async (place) => {
    sightCanaries(place);
    // Without the recorder nobody takes back what is said of the store.
    place.tree.root.send({ type: "child.remove", id: "recorder" });
    place.tree.shared.journal.trouble = "The disk is full.";
    place.tree.shared.journal.state = "shedding";
    const { status, text } = await ready(place);
    assertEquals(status, 503);
    assertMatch(text, /^\[-\] store \(\w+\)$/m);
    assert(!text.includes("disk"));
    const { report, check } = await health(place);
    assertEquals(report.status, "fail");
    assertEquals(check("store:writable")?.output, "shedding: The disk is full.");
    assertMatch(await (await place.get("/metrics")).text(), /^marketd_store_up 0$/m);
  });
});

Deno.test("rows that wait on disk warn, and leave the daemon ready", async () => {
  await inPlace(async (place) => {
    sightCanaries(place);
    place.tree.root.send({ type: "child.remove", id: "recorder" });
    Object.assign(place.tree.shared.journal, {
      trouble: "The server is away.",
      state: "spooling",
      spooled: { rows: 7, bytes: 700 },
    });
    assertEquals((await ready(place)).status, 200);
    const { report, check } = await health(place);
    assertEquals(report.status, "warn");
    assertEquals(check("store:writable")?.output, "7 rows wait on disk: The server is away.");
  });
});

Deno.test("a provider's outage warns, and leaves the daemon ready", async () => {
  await inPlace(async (place) => {
    sightCanaries(place);
    place.feed.lose(new ProviderError("blocked", "The account is blocked.", { terminal: true }));
    const { status, report, check } = await health(place);
    assertEquals([status, report.status], [200, "warn"]);
    assertEquals(report.output, "amiss: provider:feed");
    assertEquals(check("provider:feed")?.observedValue, "faulted");
    assertEquals(check("provider:feed")?.output, "The account is blocked.");
    assertEquals((await ready(place)).status, 200);
  });
});

Deno.test("a fault in one instrument's candles warns of it alone", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    sightCanaries(place);
    let found = await health(place);
    await until(async () => {
      feed.say(feed.trade("AAPL", "13:30:01", 100, 1), feed.trade("VOD.L", "13:30:01", 70, 1));
      feed.reach("13:30:02");
      found = await health(place);
      return found.check("instrument:AAPL")?.observedValue === "restarting";
    });
    const { status, report, check } = found;
    assertEquals([status, report.status], [200, "warn"]);
    assertEquals(report.output, "amiss: instrument:AAPL");
    assertEquals(check("instrument:AAPL")?.output, "restarting: no candle for AAPL");
    assertEquals(check("instrument:VOD.L"), undefined);
    assertEquals((await ready(place)).status, 200);
  }, {
    tree: {
      makeSeries: (options) => {
        const series = new CandleSeries(options);
        if (options.symbol === "AAPL") {
          series.add = () => {
            throw new Error("no candle for AAPL");
          };
        }
        return series;
      },
    },
  });
});

Deno.test("an actor that is restarting warns; one that the root gave up fails", async () => {
  await inPlace(async (place) => {
    sightCanaries(place);
    const report = (parent: string, id: string, status: "restarting" | "given-up" | "running") =>
      place.reports.splice(0, 1, {
        parent,
        report: { id, status, restarts: 1, lastError: "it broke" },
      });
    report("root", "hub", "restarting");
    const restarting = await health(place);
    assertEquals(restarting.report.status, "warn");
    assertEquals(restarting.check("actor:hub")?.output, "it broke");
    assertEquals((await ready(place)).status, 200);

    report("connections", "connection-x", "given-up");
    assertEquals((await health(place)).report.status, "warn");

    report("root", "settings", "given-up");
    assertEquals((await health(place)).check("actor:settings")?.status, "fail");
    assertMatch((await ready(place)).text, /^\[-\] actor settings$/m);

    report("root", "hub", "running");
    assertEquals((await health(place)).report.status, "pass");
  });
});

Deno.test("metrics are Prometheus text, and fresh at each scrape", async () => {
  await inPlace(async (place) => {
    const scrape = async () => {
      const response = await place.get("/metrics");
      assertEquals(
        response.headers.get("content-type"),
        "text/plain; version=0.0.4; charset=utf-8",
      );
      const text = await response.text();
      return (series: string) =>
        text.split("\n").find((line) => line.startsWith(`${series} `))?.split(" ")[1];
    };
    const before = await scrape();
    assertEquals(before('marketd_instruments{state="live"}'), "3");
    assertEquals(before('marketd_instruments{state="failed"}'), "0");
    assertEquals(before("marketd_store_up"), "1");
    assertEquals(before("marketd_stream_clients"), "0");
    assertEquals(before(`marketd_build_info{version="1.2.3",deno="${Deno.version.deno}"}`), "1");
    assert(Number(before("marketd_resident_memory_bytes")) > 1_000_000);
    sightCanaries(place);
    await place.change("DELETE", "/api/v1/instruments/AAPL");
    const after = await scrape();
    assertEquals(after('marketd_instruments{state="live"}'), "2");
    assert(Number(after('marketd_canary_age_seconds{stage="stream"}')) < 10);
  });
});

Deno.test("the checks are listed where they are asked for, and only there", async () => {
  await inPlace(async (place) => {
    sightCanaries(place);
    const said = async (query: string) => {
      const response = await place.get(`/readyz${query}`);
      return [response.status, (await response.text()).split("\n")[0]];
    };
    for (const query of ["?verbose", "?verbose=", "?verbose=true"]) {
      assertEquals(await said(query), [200, "[+] tree"], query);
    }
    for (const query of ["", "?verbose=false"]) assertEquals(await said(query), [200, "ready"]);
    assertEquals((await said("?verbose=perhaps"))[0], 400);
    assertEquals((await said("?verbos"))[0], 400);
  });
});
