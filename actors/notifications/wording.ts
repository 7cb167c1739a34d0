/**
 * What is worth a notice, from what the hub is told.
 *
 * @module
 */
import type { HubEvent, Status } from "../hub.ts";
import { redact } from "../log.ts";
import type { Gap, GapReason } from "../../domain/gap.ts";
import type { Notice, NoticeEvent, Severity } from "../../domain/notice.ts";
import { formatTime, type Micros } from "../../domain/time.ts";

/** What each kind is told as; `null` where nobody need hear of it. */
const EVENTS: Readonly<Record<Status["kind"], NoticeEvent | null>> = {
  provider: "connection",
  route: "failover",
  store: "store",
  overload: "overload",
  actor: "actor",
  instrument: "trading",
  subscription: null,
};

/** States on the way to another, of which nobody need hear. */
const PASSING = new Set(["authenticating", "opening", "closing", "stopped"]);
/** States in which all is well. */
const WELL = new Set(["live", "ended", "running", "writing", "trading", "halted", "normal"]);
/** States that do not pass by themselves, or cost data. */
const GRAVE = new Set(["faulted", "given-up", "shedding", "waiting"]);

/** Gaps that were to be expected. */
const EXPECTED: ReadonlySet<GapReason> = new Set(["joined", "unsubscribed"]);

/** The notice of an event; `null` where it deserves none. */
export function noticeOf({ payload, type }: HubEvent, time: Micros): Notice | null {
  if (type === "gap") return gapNotice(payload as Gap, time);
  return type === "status" ? statusNotice(payload as Status, time) : null;
}

function statusNotice(status: Status, time: Micros): Notice | null {
  const { id, kind, reason, severity } = status;
  const event = isStrategy(status) ? "strategy" : EVENTS[kind];
  if (event === null || PASSING.has(status.status)) return null;
  const bad = severity ?? severityOf(status.status);
  return {
    event,
    severity: bad,
    ends: bad === "info" && status.status !== "halted",
    subject: id === kind || event === "strategy" ? id : `${kind} ${id}`,
    status: status.status,
    reason: reason === null ? "" : redact(reason),
    of: null,
    key: "",
    time,
  };
}

/** A strategy's fault is told as that of an actor. */
function isStrategy({ id, kind }: Status): boolean {
  return kind === "actor" && /^strategy\b/.test(id);
}

function severityOf(status: string): Severity {
  return WELL.has(status) ? "info" : GRAVE.has(status) ? "error" : "warning";
}

function gapNotice({ from, provider, reason, status, symbol, to }: Gap, time: Micros): Notice {
  const isBad = status !== "filled" && !EXPECTED.has(reason);
  return {
    event: "gap",
    severity: isBad ? "warning" : "info",
    ends: status === "filled",
    subject: `gaps of ${provider}`,
    status: status === "open" ? "opened" : status,
    reason: `${reason}, from ${formatTime(from)} to ${formatTime(to)}`,
    of: symbol,
    key: `${symbol} ${from}`,
    time,
  };
}
