/**
 * The profile actor: volume by price of one shard's instruments, session by session.
 *
 * @module
 */
import { createMeasurer } from "./measurer.ts";
import { metricsOf, type ProfileSeries, type SessionProfile } from "../../domain/profile/series.ts";

/** The profile actor. */
export const profile = createMeasurer<ProfileSeries, SessionProfile>({
  slotOf: ({ profile }) => profile,
  closed: (series, { measures, sessions: closed }) => {
    for (const value of series.takeParts()) measures.push({ kind: "profile", value });
    const taken = series.takeSessions();
    if (taken.length === 0) return;
    closed.push(...taken);
    // Each stands for what those of its session before it said.
    const sessions = new Map(taken.map((one) => [one.start, one]));
    for (const session of sessions.values()) {
      const value = metricsOf(session);
      if (value !== null) measures.push({ kind: "metrics", value });
    }
  },
  forming: (series, into) => {
    const session = series.takeForming();
    if (session !== null) into.push(session);
  },
  brief: (series) => series.takeBrief(),
});
