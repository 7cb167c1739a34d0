/**
 * Notifications of a running daemon, as whoever listens to its webhook has them.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { withHook } from "../actors/notifications/hook.ts";
import { eventually } from "./daemon.ts";
import { between, inState } from "./venues.ts";

Deno.test("a venue that is down, and back, is told to a webhook, whose URL and words nobody learns", async () => {
  await withHook(async (hook) => {
    await between(async ({ alpaca, daemon }) => {
      await inState(daemon, "alpaca", "live");
      assertEquals(hook.texts, []);
      hook.answers = [() => new Response("not now", { status: 503 })];
      alpaca.command({ fault: "maintenance" });
      await eventually("that it is down is sent", () => Promise.resolve(hook.posted.length > 0));
      assertMatch(hook.texts[0]!, /\[warning\] provider alpaca: (backoff|polling)/);
      await eventually("/health says that it was not taken", async () => {
        const { checks } = await daemon.json<{
          checks: Record<string, { status: string; output?: string }[]>;
        }>("/health");
        const [check] = checks["webhook:ops"]!;
        return check!.status === "warn" &&
          check!.output === "Cannot notify: it answered 503.";
      });
      alpaca.command({ fault: "none" });
      await inState(daemon, "alpaca", "live");
      await eventually(
        "that it is live is sent",
        () => Promise.resolve(hook.texts.some((text) => text.includes("provider alpaca: live"))),
      );
      await eventually(
        "the gap is sent",
        () => Promise.resolve(hook.texts.some((text) => text.includes("gaps of alpaca"))),
      );
      const metrics = await (await daemon.get("/metrics")).text();
      assertMatch(metrics, /^marketd_notifications_total\{webhook="ops",outcome="failed"\} 1$/m);
      for (const text of [metrics, await (await daemon.get("/health")).text(), daemon.stderr]) {
        assert(!text.includes("VERYSECRET"));
      }
      assertMatch(daemon.stderr, /ops: Cannot notify: it answered 503/);
    }, {
      instruments: "[AAPL]",
      alpaca: { rate: 20 },
      more: `notifications: { ops: { url: "${hook.url}", format: slack, pause: 1s } }`,
    });
  });
});
