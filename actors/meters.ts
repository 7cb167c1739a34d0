/**
 * What is counted: every metric marketd exports, in one place (Prometheus names, base units).
 *
 * @module
 */
import { Counter, Gauge, Histogram, Registry } from "./prometheus.ts";

/** All metrics of one daemon, in a registry of their own. */
export class Meters {
  readonly registry = new Registry();
  readonly #with = { registers: [this.registry] };

  readonly ticks = new Counter({
    ...this.#with,
    name: "marketd_ticks_received_total",
    help: "Ticks received from a provider, refused ones included.",
    labelNames: ["provider", "kind"] as const,
  });
  readonly flagged = new Counter({
    ...this.#with,
    name: "marketd_ticks_flagged_total",
    help: "Ticks that the quality gate flagged, by flag.",
    labelNames: ["provider", "flag"] as const,
  });
  readonly refused = new Counter({
    ...this.#with,
    name: "marketd_ticks_refused_total",
    help: "Ticks refused for being wrong; what was only said twice is none of them.",
    labelNames: ["provider"] as const,
  });
  readonly feedLatency = new Histogram({
    ...this.#with,
    name: "marketd_feed_latency_seconds",
    help: "From the venue's time of a tick to its receipt, by both clocks: one tick of each batch.",
    labelNames: ["provider"] as const,
    buckets: [0, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 900],
  });
  readonly feedEarly = new Counter({
    ...this.#with,
    name: "marketd_feed_early_ticks_total",
    help: "Ticks of those measured that came before their venue's time: the clocks disagree.",
    labelNames: ["provider"] as const,
  });
  readonly feedLatencyMin = new Gauge({
    ...this.#with,
    name: "marketd_feed_latency_min_seconds",
    help: "The shortest of the latest; below 0 the venue's clock is ahead of ours by so much.",
    labelNames: ["provider"] as const,
  });
  readonly publishLatency = new Histogram({
    ...this.#with,
    name: "marketd_publish_latency_seconds",
    help: "From a tick's receipt until whoever listens was told: one tick of each batch.",
    labelNames: ["provider"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  readonly completeness = new Gauge({
    ...this.#with,
    name: "marketd_feed_completeness_ratio",
    help:
      "Of the session time in 24 hours, the share that lies in no unfilled gap of the provider's.",
    labelNames: ["provider"] as const,
  });
  readonly instrumentTicks = new Counter({
    ...this.#with,
    name: "marketd_instrument_ticks_total",
    help: "Ticks received of an instrument.",
    labelNames: ["symbol"] as const,
  });
  readonly instrumentRefused = new Counter({
    ...this.#with,
    name: "marketd_instrument_ticks_refused_total",
    help: "Ticks of an instrument that were refused for being wrong.",
    labelNames: ["symbol"] as const,
  });
  readonly instrumentFeedLatency = new Gauge({
    ...this.#with,
    name: "marketd_instrument_feed_latency_seconds",
    help: "From the venue's time to the receipt of an instrument's latest ticks: the median.",
    labelNames: ["symbol"] as const,
  });
  readonly instrumentPublishLatency = new Gauge({
    ...this.#with,
    name: "marketd_instrument_publish_latency_seconds",
    help: "From the receipt of an instrument's latest ticks until they were told: the median.",
    labelNames: ["symbol"] as const,
  });
  readonly instrumentCompleteness = new Gauge({
    ...this.#with,
    name: "marketd_instrument_completeness_ratio",
    help: "Of the session time in 24 hours, the share that lies in no unfilled gap.",
    labelNames: ["symbol"] as const,
  });
  readonly instrumentsOmitted = new Gauge({
    ...this.#with,
    name: "marketd_instrument_metrics_omitted",
    help: "Instruments without metrics of their own, for there are more than metrics.instruments.",
  });
  readonly shed = new Counter({
    ...this.#with,
    name: "marketd_ticks_shed_total",
    help: "Ticks dropped because a bounded buffer was full, by where and what.",
    labelNames: ["where", "kind"] as const,
  });
  readonly problems = new Counter({
    ...this.#with,
    name: "marketd_feed_problems_total",
    help: "Rows or frames of a feed that could not be used.",
    labelNames: ["provider"] as const,
  });
  readonly candles = new Counter({
    ...this.#with,
    name: "marketd_candles_closed_total",
    help: "Candles closed or revised, by interval and status.",
    labelNames: ["interval", "status"] as const,
  });
  readonly gaps = new Counter({
    ...this.#with,
    name: "marketd_gaps_total",
    help: "Gaps found, by reason.",
    labelNames: ["reason"] as const,
  });
  readonly gapsSettled = new Counter({
    ...this.#with,
    name: "marketd_gaps_settled_total",
    help: "Gaps that were filled from history, or found to be unfillable.",
    labelNames: ["status"] as const,
  });
  readonly backfilled = new Counter({
    ...this.#with,
    name: "marketd_backfill_rows_total",
    help: "What came of history: trades that were not kept, candles made or repaired.",
    labelNames: ["provider", "kind"] as const,
  });
  readonly backfillJobs = new Gauge({
    ...this.#with,
    name: "marketd_backfill_running",
    help: "Spans that are being filled from history.",
  });
  readonly recordedTicks = new Counter({
    ...this.#with,
    name: "marketd_store_ticks_total",
    help: "Ticks that the store took; ones it held already do not count.",
  });
  readonly recordedCandles = new Counter({
    ...this.#with,
    name: "marketd_store_candles_total",
    help: "Candles that the store took or replaced.",
  });
  readonly flushSeconds = new Histogram({
    ...this.#with,
    name: "marketd_store_flush_seconds",
    help: "Time to write one batch to the store.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  readonly storeErrors = new Counter({
    ...this.#with,
    name: "marketd_store_errors_total",
    help: "Failed attempts to write to the store.",
  });
  readonly rowsRefused = new Counter({
    ...this.#with,
    name: "marketd_store_rows_refused_total",
    help: "Rows dropped because the store refused one that was to be kept together with them.",
  });
  readonly storeUp = new Gauge({
    ...this.#with,
    name: "marketd_store_up",
    help: "1 while the store can be written.",
  });
  readonly spoolRows = new Gauge({
    ...this.#with,
    name: "marketd_spool_rows",
    help: "Rows on disk that wait for the store.",
  });
  readonly spoolBytes = new Gauge({
    ...this.#with,
    name: "marketd_spool_bytes",
    help: "Bytes on disk that wait for the store.",
  });
  readonly spoolDamaged = new Counter({
    ...this.#with,
    name: "marketd_spool_damaged_bytes_total",
    help: "Bytes on disk that waited for the store, and could not be read any more.",
  });
  readonly pruned = new Counter({
    ...this.#with,
    name: "marketd_store_pruned_rows_total",
    help: "Rows deleted because they were past their retention.",
  });
  readonly outboxRows = new Gauge({
    ...this.#with,
    name: "marketd_outbox_rows",
    help: "Rows waiting for the store.",
  });
  readonly restarts = new Counter({
    ...this.#with,
    name: "marketd_actor_restarts_total",
    help: "Failures of an actor, by actor.",
    labelNames: ["actor"] as const,
  });
  readonly faults = new Counter({
    ...this.#with,
    name: "marketd_instrument_faults_total",
    help: "Failures of one instrument's candles, caught within its shard.",
  });
  readonly signals = new Counter({
    ...this.#with,
    name: "marketd_signals_total",
    help: "Signals given, by strategy.",
    labelNames: ["strategy"] as const,
  });
  readonly strategyFaults = new Counter({
    ...this.#with,
    name: "marketd_strategy_faults_total",
    help: "Failures of a strategy on one instrument, caught within its shard.",
    labelNames: ["strategy"] as const,
  });
  readonly connectionUp = new Gauge({
    ...this.#with,
    name: "marketd_connection_up",
    help: "1 while the provider's stream is live.",
    labelNames: ["provider"] as const,
  });
  readonly connectionChanges = new Counter({
    ...this.#with,
    name: "marketd_connection_changes_total",
    help: "Changes of a provider's connection, by the state it went to.",
    labelNames: ["provider", "state"] as const,
  });
  readonly routeLeads = new Gauge({
    ...this.#with,
    name: "marketd_route_leads",
    help: "1 for the provider that leads a route with failover, 0 for those that stand by.",
    labelNames: ["route", "provider"] as const,
  });
  readonly routeSwaps = new Counter({
    ...this.#with,
    name: "marketd_route_swaps_total",
    help: "Changes of who leads a route, by whom it went to and why.",
    labelNames: ["route", "to", "why"] as const,
  });
  readonly standby = new Counter({
    ...this.#with,
    name: "marketd_standby_ticks_total",
    help: "Ticks of providers that stood by, which wait and are told only where they take over.",
    labelNames: ["provider"] as const,
  });
  readonly overloadLevel = new Gauge({
    ...this.#with,
    name: "marketd_overload_level",
    help: "0: normal; 1: books are shed; 2: quotes are conflated, too.",
  });
  readonly overloadChanges = new Counter({
    ...this.#with,
    name: "marketd_overload_changes_total",
    help: "Changes of what is shed for overload, by what it went to.",
    labelNames: ["level"] as const,
  });
  readonly lag = new Gauge({
    ...this.#with,
    name: "marketd_event_loop_lag_seconds",
    help: "How late timers are, in the median of three seconds.",
  });
  readonly heap = new Gauge({
    ...this.#with,
    name: "marketd_heap_bytes",
    help: "Memory of the heap in use, buffers outside of it included.",
  });
  readonly queues = new Gauge({
    ...this.#with,
    name: "marketd_queue_length",
    help: "What waits: rows for the store, ticks for candles, events for the stream.",
    labelNames: ["queue"] as const,
  });
  readonly streamWaiting = new Gauge({
    ...this.#with,
    name: "marketd_stream_waiting_bytes",
    help: "Bytes that wait for slow clients.",
  });
  readonly subscriptions = new Gauge({
    ...this.#with,
    name: "marketd_subscriptions",
    help: "Instruments by whether they are subscribed to at their venues.",
    labelNames: ["state"] as const,
  });
  readonly subscriptionChanges = new Counter({
    ...this.#with,
    name: "marketd_subscription_changes_total",
    help: "Instruments unsubscribed because nothing needed them, and subscribed again.",
    labelNames: ["provider", "change"] as const,
  });
  readonly quotaLeft = new Gauge({
    ...this.#with,
    name: "marketd_quota_left",
    help: "What is left of a venue's allowance.",
    labelNames: ["provider", "allowance"] as const,
  });
  readonly streamClients = new Gauge({
    ...this.#with,
    name: "marketd_stream_clients",
    help: "Clients connected to the stream.",
  });
  readonly streamRefused = new Counter({
    ...this.#with,
    name: "marketd_stream_clients_refused_total",
    help: "Clients refused because the cap was reached.",
  });
  readonly streamSlow = new Counter({
    ...this.#with,
    name: "marketd_stream_clients_cut_total",
    help: "Clients cut off because they read too slowly.",
  });
  readonly streamConflated = new Counter({
    ...this.#with,
    name: "marketd_stream_events_conflated_total",
    help: "Events replaced by a later one of their subject before delivery.",
  });
  readonly streamBytes = new Counter({
    ...this.#with,
    name: "marketd_stream_bytes_total",
    help: "Bytes handed to the clients' sockets.",
  });
  readonly notifications = new Counter({
    ...this.#with,
    name: "marketd_notifications_total",
    help: "Messages to webhooks: delivered, failed (to be tried again) or refused for good.",
    labelNames: ["webhook", "outcome"] as const,
  });
  readonly canaryAge = new Gauge({
    ...this.#with,
    name: "marketd_canary_age_seconds",
    help: "Since a stage of the data path last saw the canary; the slowest shard's.",
    labelNames: ["stage"] as const,
  });
  readonly instruments = new Gauge({
    ...this.#with,
    name: "marketd_instruments",
    help: "Instruments by state.",
    labelNames: ["state"] as const,
  });
  readonly uptime = new Gauge({
    ...this.#with,
    name: "marketd_uptime_seconds",
    help: "Since the daemon started.",
  });
  readonly memory = new Gauge({
    ...this.#with,
    name: "marketd_resident_memory_bytes",
    help: "Resident memory of the process.",
  });
  readonly build = new Gauge({
    ...this.#with,
    name: "marketd_build_info",
    help: "Always 1; the version is a label.",
    labelNames: ["version", "deno"] as const,
  });
}
