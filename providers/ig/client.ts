/**
 * The official Lightstreamer client. It is loaded only when a stream is opened: it starts a timer
 * that never ends.
 *
 * @module
 */
import "./websocket.ts";
import lightstreamer from "lightstreamer-client-node";
import type {
  ItemUpdate,
  LightstreamerClient as Client,
  Subscription as ClientSubscription,
} from "lightstreamer-client-node";

export const { LightstreamerClient, Subscription } = lightstreamer;
/** A connection. */
export type LightstreamerClient = Client;
/** A subscription. */
export type Subscription = ClientSubscription;
export type { ItemUpdate };
