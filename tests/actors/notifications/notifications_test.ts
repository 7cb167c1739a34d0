import { assert, assertEquals, assertMatch } from "@std/assert";
import { createActor } from "xstate";
import { type Answer, Hook, withHook } from "./hook.ts";
import { until } from "../http/place.ts";
import { logged } from "../logged.ts";
import { worldOf } from "../fixture.ts";
import { toEvents } from "../../../actors/instruments/events.ts";
import {
  notifications,
  type NotificationsPace,
} from "../../../actors/notifications/notifications.ts";
import { Webhook } from "../../../actors/notifications/webhooks.ts";
import { statusEvent } from "../../../actors/publish.ts";
import { settingsSchema } from "../../../actors/settings/schema.ts";
import { createSupervisor } from "../../../actors/supervision.ts";
import type { Store } from "../../../db/store.ts";
import type { Gap } from "../../../domain/gap.ts";
import { MILLISECOND, parseTime, SECOND } from "../../../domain/time.ts";

const PACE: NotificationsPace = {
  gather: 20,
  initial: 20 * MILLISECOND,
  max: 50 * MILLISECOND,
};

/** Notifications to one webhook, and everything that can be told of. */
function notify(url: string, said: Record<string, unknown> = {}) {
  const { notifications: { ops } } = settingsSchema.parse({
    notifications: { ops: { url, pause: "100ms", ...said } },
  });
  const webhook = new Webhook("ops", ops!);
  const world = worldOf({} as Store, { webhooks: [webhook] });
  const root = createActor(
    createSupervisor({
      children: () => [{
        id: "notifications",
        logic: notifications,
        input: () => ({ shared: world, pace: PACE }),
        drain: "told",
      }],
    }),
    { input: { observe: world.observe, uptime: world.uptime } },
  );
  root.start();
  return {
    webhook,
    provider: (status: string, reason: string | null = null, id = "ig") =>
      world.hub.publish([statusEvent({ kind: "provider", id, status, reason })]),
    tell: (status: Parameters<typeof statusEvent>[0]) => world.hub.publish([statusEvent(status)]),
    gap: (symbol: string, status: Gap["status"] = "open", reason: Gap["reason"] = "disconnect") => {
      const from = parseTime("2014-05-01T13:30:00Z")!;
      const at = { from, to: from + 60 * SECOND, detectedAt: from + 60 * SECOND };
      world.hub.publish(toEvents([], [], [], [{ symbol, provider: "ig", reason, status, ...at }]));
    },
    metric: async (outcome: string) => {
      const text = await world.meters.registry.metrics();
      const found = new RegExp(`marketd_notifications_total.*outcome="${outcome}".* (\\d+)`);
      return Number(found.exec(text)?.[1] ?? 0);
    },
    stop: async () => {
      root.send({ type: "drain" });
      await until(() => root.getSnapshot().status === "done");
    },
  };
}

Deno.test("Slack is sent a text, with its own marks escaped, and as JSON", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url, { format: "slack" });
    one.provider("backoff", "The venue said <busy> & closed.");
    await until(() => hook.posted.length === 1);
    const [{ body, headers }] = hook.posted as [typeof hook.posted[0]];
    assertEquals(body, {
      text: "marketd: [warning] provider ig: backoff: The venue said &lt;busy&gt; &amp; closed.",
    });
    assertMatch(headers.get("content-type")!, /^application\/json/);
    assertEquals(headers.get("authorization"), null);
    await until(() => one.webhook.delivered === 1);
    await one.stop();
  });
});

Deno.test("the plain form says what happened, when and how bad it is; a token is sent as a bearer", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url, { token: "T0KEN" });
    one.tell({
      kind: "route",
      id: "us",
      status: "ig",
      reason: "alpaca was bad",
      severity: "warning",
    });
    await until(() => hook.posted.length === 1);
    const [{ body, headers }] = hook.posted as [typeof hook.posted[0]];
    const { notices, ...rest } = body as unknown as { notices: Record<string, unknown>[] };
    assertEquals(rest as unknown, {
      service: "marketd",
      severity: "warning",
      text: "marketd: [warning] route us: ig: alpaca was bad",
      omitted: 0,
    });
    const [{ first, last, ...notice }] = notices as [Record<string, unknown>];
    assert(parseTime(String(first)) !== undefined && first === last);
    assertEquals(notice, {
      event: "failover",
      subject: "route us",
      status: "ig",
      reason: "alpaca was bad",
      changes: 1,
      worst: { severity: "warning", status: "ig", reason: "alpaca was bad" },
      of: [],
    });
    assertEquals(headers.get("authorization"), "Bearer T0KEN");
    await one.stop();
  });
});

Deno.test("a feed that flaps makes one message in a while, which counts its changes", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url);
    one.provider("backoff", "cut");
    await until(() => hook.posted.length === 1);
    for (let times = 0; times < 50; times++) {
      one.provider("authenticating");
      one.provider("live");
      one.provider("backoff", `cut ${times}`);
    }
    one.provider("live");
    await until(() => hook.posted.length === 2);
    assertMatch(
      hook.texts[1]!,
      /^marketd: \[warning\] provider ig: live \(101 changes since .*, meanwhile backoff: cut 49\)$/,
    );
    await one.stop();
    assertEquals(hook.posted.length, 2);
  });
});

Deno.test("while things go on changing messages come ever more seldom, errors excepted", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url);
    const pauses: number[] = [];
    for (let message = 1; message <= 4; message++) {
      one.provider("backoff", "cut");
      await until(() => one.webhook.delivered === message);
      pauses.push(one.webhook.pause);
    }
    assertEquals(pauses, [100, 200, 400, 800]);
    one.provider("live");
    one.provider("faulted", "the key is wrong", "alpaca");
    assertEquals(one.webhook.pause, 100);
    await until(() => one.webhook.delivered === 5);
    assertMatch(hook.texts[4]!, /provider ig: live\n\[error\] provider alpaca: faulted/);
    for (let message = 6; message < 20; message++) one.webhook.streak++;
    assertEquals(one.webhook.pause, 1_600);
    // After a quiet time it is as before.
    one.webhook.deliveredAt -= 10_000;
    one.provider("live", null, "alpaca");
    await until(() => one.webhook.delivered === 6);
    assertEquals(one.webhook.pause, 100);
    await one.stop();
  });
});

Deno.test("gaps of many instruments are told together, and so is that they are filled", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url);
    for (let index = 0; index < 300; index++) one.gap(`S${index}`);
    // It is published again once its end is known.
    one.gap("S7");
    one.gap("NEW", "open", "joined");
    await until(() => hook.posted.length === 1);
    assertEquals(
      hook.texts[0],
      "marketd: [warning] gaps of ig: 300 opened: S0, S1, S2, S3, S4 and others (the last: " +
        "disconnect, from 2014-05-01T13:30:00.000Z to 2014-05-01T13:31:00.000Z)",
    );
    one.gap("S7", "filled");
    await until(() => hook.posted.length === 2);
    assertMatch(hook.texts[1]!, /^marketd: \[info\] gaps of ig: filled: S7 \(disconnect, /);
    await one.stop();
  });
});

Deno.test("what is not wanted, or not bad enough, is not told", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url, { severity: "error", events: ["connection", "store"] });
    one.provider("backoff", "cut");
    one.gap("AAPL");
    one.tell({ kind: "actor", id: "hub", status: "given-up", reason: "broken" });
    one.tell({ kind: "store", id: "store", status: "shedding", reason: "no room" });
    one.provider("live");
    await until(() => hook.posted.length === 1);
    assertEquals(hook.texts, ["marketd: [error] store: shedding: no room"]);
    one.tell({ kind: "store", id: "store", status: "writing", reason: null });
    await until(() => hook.posted.length === 2);
    assertEquals(hook.texts[1], "marketd: [info] store: writing");
    await one.stop();
  });
});

Deno.test("a strategy's fault is told as one", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url, { events: ["strategy"] });
    one.tell({ kind: "actor", id: "strategy ema on AAPL", status: "given-up", reason: "it threw" });
    await until(() => hook.posted.length === 1);
    assertEquals(hook.texts, [
      "marketd: [error] strategy ema on AAPL: given-up: it threw",
    ]);
    await one.stop();
  });
});

/** Fails some messages, and expects them to come all the same, with what happened meanwhile. */
async function recovers(answers: readonly Answer[], reason: RegExp): Promise<void> {
  await withHook(async (hook) => {
    hook.answers = [...answers];
    const one = notify(hook.url);
    await logged(async (lines) => {
      one.provider("backoff", "cut");
      await until(() => one.webhook.failures === 1);
      assertMatch(one.webhook.trouble ?? "", reason);
      one.provider("faulted", "the key is wrong", "alpaca");
      await until(() => one.webhook.delivered === 1);
      // Once when it began, and once when it was over.
      assertEquals(lines.length, 2, lines.join(""));
      assert(!lines.join("").includes("VERYSECRET"));
    });
    assertEquals(one.webhook.trouble, null);
    assertEquals(
      hook.texts.at(-1),
      "marketd:\n[warning] provider ig: backoff: cut\n" +
        "[error] provider alpaca: faulted: the key is wrong",
    );
    assertEquals(await one.metric("failed"), answers.length);
    assertEquals(await one.metric("delivered"), 1);
    await one.stop();
  });
}

Deno.test("what a webhook that fails was sent is sent again, with what came meanwhile", async () => {
  const broken: Answer = () => new Response("internal\n  error", { status: 500 });
  await recovers([broken, broken], /^Cannot notify: it answered 500\.$/);
});

Deno.test("a webhook that asks to wait is not asked before", async () => {
  await withHook(async (hook) => {
    hook.answers = [
      () => new Response("slow down", { status: 429, headers: { "retry-after": "1" } }),
    ];
    const one = notify(hook.url);
    one.provider("backoff", "cut");
    await until(() => one.webhook.failures === 1);
    // Backoff alone would have it tried within 50 ms.
    assert(one.webhook.retryAt - performance.now() > 500);
    await until(() => one.webhook.delivered === 1);
    await one.stop();
  });
});

Deno.test("a webhook that is down is told when it is up", async () => {
  const hook = new Hook();
  const { port, url } = hook;
  await hook.close();
  const one = notify(url);
  one.provider("backoff", "cut");
  await until(() => one.webhook.failures > 0);
  assertMatch(one.webhook.trouble ?? "", /^Cannot notify: it cannot be reached/);
  assert(!one.webhook.trouble!.includes("VERYSECRET"));
  const again = new Hook(port);
  await until(() => one.webhook.delivered === 1);
  assertEquals(again.texts, ["marketd: [warning] provider ig: backoff: cut"]);
  await one.stop();
  await again.close();
});

for (const status of [400, 403, 404, 410, 302]) {
  Deno.test(`a message that is answered ${status} is not sent again, and the next is tried`, async () => {
    await withHook(async (hook) => {
      hook.answers = [
        () => new Response("no_service", { status, headers: { location: "https://example.org" } }),
      ];
      const one = notify(hook.url);
      one.provider("backoff", "cut");
      await until(() => one.webhook.dropped === 1);
      assertMatch(one.webhook.trouble ?? "", new RegExp(`answered ${status} \\(no_service\\)`));
      assertEquals(await one.metric("refused"), 1);
      one.provider("live");
      await until(() => one.webhook.delivered === 1);
      assertEquals(hook.texts[1], "marketd: [info] provider ig: live");
      await one.stop();
    });
  });
}

Deno.test("an answer that repeats a part of the secret URL is not shown", async () => {
  const echoes: Answer[] = [
    // As Express does, and as a proxy does with what leads beyond what is read of an answer.
    ({ url }) => new Response(`Cannot POST ${new URL(url).pathname}`, { status: 404 }),
    ({ url }) => new Response(`${"x".repeat(70)} ${url}`, { status: 404 }),
    ({ url }) => new Response(new URL(url).pathname.slice(-10), { status: 404 }),
  ];
  for (const echo of echoes) {
    await withHook(async (hook) => {
      hook.answers = [echo];
      const one = notify(hook.url);
      await logged(async (lines) => {
        one.provider("backoff", "cut");
        await until(() => one.webhook.dropped === 1 && lines.length > 0);
        assert(!/services|SECRET/.test(lines.join("")), lines.join(""));
      });
      assertEquals(one.webhook.trouble, "Cannot notify: it answered 404; check url.");
      await one.stop();
    });
  }
});

Deno.test("a webhook that does not answer holds up nobody, and a stop only for a moment", async () => {
  await withHook(async (hook) => {
    const open = Promise.withResolvers<Response>();
    hook.answers = [() => open.promise, () => open.promise];
    const one = notify(hook.url);
    one.provider("backoff", "cut");
    await until(() => hook.posted.length === 1);
    for (let times = 0; times < 1_000; times++) one.provider("backoff", "cut");
    await one.stop();
    assert(!one.webhook.digest.isEmpty);
    open.resolve(new Response("ok"));
  });
});

Deno.test("what waits at a stop is sent before it", async () => {
  await withHook(async (hook) => {
    const one = notify(hook.url, { pause: "1h" });
    one.provider("backoff", "cut");
    await until(() => one.webhook.delivered === 1);
    one.provider("live");
    await one.stop();
    assertEquals(hook.texts[1], "marketd: [info] provider ig: live");
  });
});
