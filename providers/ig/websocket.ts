/**
 * What the Lightstreamer client needs of its surroundings, before it is loaded.
 *
 * @module
 */

// The client reads the constant off the prototype, where Deno's getter throws.
Object.defineProperty(WebSocket.prototype, "CLOSED", { value: 3, configurable: true });
