import { ig } from "../../../providers/ig/provider.ts";
import { start } from "../../simulators/ig/simulator.ts";
import { testContext } from "../context.ts";
import { providerContract } from "../contract.ts";
import { instrument, optionsFor } from "./venue.ts";

for (const sessionVersion of [2, 3]) {
  providerContract(ig, {
    waits: false,
    unknown: instrument("VOD.L", { providers: { ig: { epic: "no epic" } } }),
    async make() {
      const simulator = await start();
      simulator.tick(2_000);
      return {
        provider: ig.create(optionsFor(simulator, { sessionVersion }), testContext()),
        instruments: [
          instrument("EURUSD", { level: 2 }),
          instrument("VOD.L"),
          instrument("^FTSE"),
        ],
        dispose: () => simulator.stop(),
      };
    },
  });
}
