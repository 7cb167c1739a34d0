/**
 * The whole of marketd at the simulated venue.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../../actors/commands/run.ts";
import { Daemon, eventually } from "../../daemon/daemon.ts";
import { LOGIN, type Simulator, start } from "../../simulators/ig/simulator.ts";
import { openStream } from "../../sse.ts";

function configuration(simulator: Simulator): string {
  return `
providers:
  ig:
    apiKey: ${LOGIN.apiKey}
    username: ${LOGIN.username}
    password: ${LOGIN.password}
    endpoints: { api: "${simulator.api}" }
instruments:
  - { symbol: EURUSD, providers: { ig: { level: 2 } } }
  - VOD.L
`;
}

Deno.test("marketd at IG: streams, survives a session that is ended, and signs out of each", async () => {
  const simulator = await start({ rate: 100 });
  try {
    await inFolder({ "marketd.yaml": configuration(simulator) }, async (folder) => {
      const daemon = await Daemon.start({ folder });
      const stream = await openStream(`${daemon.url}/api/v1/stream?symbols=*`);
      const hear = async (...wanted: string[]) => {
        const missing = new Set(wanted);
        await stream.until(({ event, data }) => {
          missing.delete(`${event} ${JSON.parse(data).symbol}`);
          return missing.size === 0;
        });
      };
      await hear("quote EURUSD", "depth EURUSD", "quote VOD.L");
      // Another connection of the same user: the tokens are old by then, too.
      simulator.command({ fault: "expire" });
      simulator.command({ fault: "end", code: 35, message: "same user" });
      await eventually(
        "it signed in again",
        () => Promise.resolve(simulator.count("login v3") >= 2),
      );
      await hear("gap EURUSD");
      await hear("quote EURUSD", "quote VOD.L");
      await stream.close();

      assertEquals(await daemon.stop(), 0);
      const said = daemon.stdout + daemon.stderr;
      for (const secret of [LOGIN.apiKey, LOGIN.username, LOGIN.password]) {
        assert(!said.includes(secret), said);
      }
      assert(!/(cst|xst|access|refresh)\d+[0-9a-f]{32}/.test(said), said);
    });
    // The last one is signed out of; the one before was ended with its tokens.
    assertEquals(simulator.diary.filter((one) => one === "logout").length, 1);
    // The stream and the session end by sockets of their own: either may be heard last.
    const isOver = () => simulator.diary.slice(-2).includes("destroy ABC12");
    await eventually("the stream's end is heard", () => Promise.resolve(isOver()));
    assert(simulator.diary.slice(-2).includes("logout"), simulator.diary.join());
  } finally {
    await simulator.stop();
  }
});
