/**
 * Chaos in its short form, the plan of faults, and the command line.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { planOf } from "./plan.ts";
import { SKIP } from "../db/postgres/server.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;

async function chaos(...args: string[]): Promise<{ code: number; said: string }> {
  const permissions = ["net", "read", "write", "env", "run"].map((name) => `--allow-${name}`);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, MAIN, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

for (const [seed, store, minutes] of [[1, "sqlite", 1.5], [12, "postgres", 1]] as const) {
  Deno.test({
    name: `what a daemon kept through the faults of seed ${seed} is true (${store})`,
    ignore: store === "postgres" && SKIP,
    fn: async () => {
      const { code, said } = await chaos(
        `--seed=${seed}`,
        `--minutes=${minutes}`,
        `--store=${store}`,
      );
      assertEquals(code, 0, said);
      assertMatch(said, /all is well/);
    },
  });
}

Deno.test("a seed gives the same plan each time, and another seed another", () => {
  assertEquals(planOf(7, 30), planOf(7, 30));
  assert(JSON.stringify(planOf(7, 30)) !== JSON.stringify(planOf(8, 30)));
});

Deno.test("in a plan one fault of a thing is over before the next, and none lasts beyond the end", () => {
  for (let seed = 0; seed < 50; seed++) {
    const plan = planOf(seed, 10);
    assertEquals(plan, plan.toSorted((a, b) => a.at - b.at));
    for (const happenings of Map.groupBy(plan, ({ target }) => target).values()) {
      happenings.reduce((end, { at, lasts }) => {
        assert(at > end && at + lasts <= 600_000, `seed ${seed}: ${at} after ${end}`);
        return at + lasts;
      }, 0);
    }
  }
});

Deno.test("an hour of plans has every fault", () => {
  const names = new Set(
    Array.from({ length: 5 }, (_, seed) => planOf(seed, 12)).flat()
      .map(({ target, fault }) => `${target} ${fault}`),
  );
  const at = (target: string, faults: string) => faults.split(" ").map((one) => `${target} ${one}`);
  const both = "drop mute half-open garbage truncated duplicate slow expire rate-limit refuse";
  for (
    const name of [
      ...at("alpaca", `${both} maintenance reorder broken`),
      ...at("ig", `${both} maintenance forget`),
      ...at("daemon", "kill"),
      ...at("store", "cut hang"),
    ]
  ) assert(names.has(name), `${name} never happens`);
});

Deno.test("the command line explains itself, and says what it cannot do", async () => {
  const help = await chaos("--help");
  assertEquals(help.code, 0);
  assertMatch(help.said, /--seed N .*\n(.*\n)*.*--minutes M/);
  const bad = await chaos("--minutes", "0");
  assertEquals(bad.code, 2);
  assertMatch(bad.said, /--minutes must be above 0 and at most 60, was 0/);
});
