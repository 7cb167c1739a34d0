/**
 * The parts of prom-client that marketd uses. Its index loads the gateway's HTTP clients and Node's
 * cluster beside them, which takes several megabytes.
 *
 * @module
 */
import type * as client from "prom-client";
import counter from "prom-client/lib/counter.js";
import gauge from "prom-client/lib/gauge.js";
import histogram from "prom-client/lib/histogram.js";
import registry from "prom-client/lib/registry.js";

export const Counter: typeof client.Counter = counter;
export type Counter<T extends string> = client.Counter<T>;
export const Gauge: typeof client.Gauge = gauge;
export type Gauge<T extends string> = client.Gauge<T>;
export const Histogram: typeof client.Histogram = histogram;
export type Histogram<T extends string> = client.Histogram<T>;
export const Registry: typeof client.Registry = registry;
export type Registry = client.Registry;
