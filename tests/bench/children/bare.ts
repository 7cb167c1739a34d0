/**
 * The least that a daemon can be: a process that answers every request.
 *
 * @module
 */
Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
  onListen: () => {},
}, () => new Response("ok\n"));
