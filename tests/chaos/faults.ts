/**
 * How each fault of the plan is brought about, and ended.
 *
 * @module
 */
import type { Happening, VenueFault } from "./plan.ts";
import type { Venues } from "./venues.ts";

/** A fault of a venue. */
export type VenueHappening = Extract<Happening, { target: "alpaca" | "ig" }>;

/**
 * What a venue leaves unsaid while its stream is open, nobody can tell from a quiet market before the
 * watch has looked into it: so it lasts until it was noticed.
 */
const SILENT: readonly VenueFault[] = ["mute", "half-open"];

/** Whether a fault is one of silence. */
export function isSilent({ fault }: VenueHappening): boolean {
  return SILENT.includes(fault);
}

/** Begins a fault. */
export function begin({ alpaca, ig }: Venues, { by, fault, target }: VenueHappening): void {
  if (target === "alpaca") beginAtAlpaca(alpaca, fault, by);
  else beginAtIg(ig, fault, by);
}

/** Puts everything right at a venue. */
export function end({ alpaca, ig }: Venues, { target }: VenueHappening): void {
  if (target === "alpaca") alpaca.command({ fault: "none" });
  else ig.command({ fault: "none" });
}

function beginAtAlpaca(alpaca: Venues["alpaca"], fault: VenueFault, by: number): void {
  switch (fault) {
    case "slow":
      return alpaca.command({ fault, by });
    case "rate-limit":
      alpaca.command({ fault, retryAfter: Math.ceil(by / 1_000) });
      break;
    case "expire":
    case "refuse":
    case "broken":
      alpaca.command({ fault });
      break;
    case "forget":
      throw new TypeError("Alpaca's streams cannot be recovered: there is nothing to forget.");
    default:
      return alpaca.command({ fault });
  }
  // What refuses to let one in shows when one has to come in.
  alpaca.command({ fault: "drop" });
}

function beginAtIg(ig: Venues["ig"], fault: VenueFault, by: number): void {
  switch (fault) {
    case "slow":
      ig.command({ fault, milliseconds: by });
      break;
    case "rate-limit": {
      const errorCode = "error.public-api.exceeded-api-key-allowance";
      ig.command({ fault: "allowance", errorCode });
      break;
    }
    case "expire":
    case "refuse":
    case "maintenance":
      ig.command({ fault });
      break;
    case "broken":
      throw new TypeError("The simulated IG is never broken; it is in maintenance.");
    default:
      return ig.command({ fault });
  }
  ig.command({ fault: "forget" });
}
