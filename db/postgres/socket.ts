/**
 * The socket under a connection.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { StoreError } from "../store.ts";
import { isLocal, type Target } from "./target.ts";

/** "Do you speak TLS?": its length, then the request's code (protocol 3.0, message SSLRequest). */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
/** The server's "yes". */
const YES = "S".charCodeAt(0);

/**
 * Connects to a server, by TLS where the target says so.
 *
 * @param signal ends it while it is connecting.
 * @throws StoreError `unusable` where the server cannot do the TLS that is asked for; else what Node's
 * sockets throw.
 */
export async function openSocket(target: Target, signal: AbortSignal): Promise<Socket> {
  const { host, port, socketFile } = target;
  const socket = socketFile === undefined ? connect({ host, port }) : connect(socketFile);
  // Between two waits nobody else listens, and an error that nobody hears ends the process.
  socket.on("error", () => {});
  const stop = () => socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    await event(socket, "connect");
    // Nagle's algorithm and delayed acknowledgements would hold each batch up for some 40 ms.
    socket.setNoDelay(true);
    return target.tls === undefined ? socket : await protect(socket, target, target.tls);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function protect(
  socket: Socket,
  target: Target,
  { level, authority }: NonNullable<Target["tls"]>,
): Promise<Socket> {
  socket.write(TLS_REQUEST);
  const answer = await event<Buffer>(socket, "data");
  if (answer[0] !== YES || answer.length !== 1) {
    const need = isLocal(target)
      ? "sslmode in store.url asks for. Switch it on there (ssl = on), or leave sslmode out: within " +
        "this machine none is needed"
      : "a connection to another machine needs. Switch it on there (ssl = on)";
    throw new StoreError(
      "unusable",
      `Cannot open ${target.label}: the server at ${target.address} does not speak TLS, which ` +
        `${need}.`,
    );
  }
  const options: ConnectionOptions = {
    socket,
    // The name that the certificate must have, and that the server is told where it is none of IP.
    host: target.host,
    rejectUnauthorized: level !== "encrypted",
    ...(authority === undefined ? {} : { ca: authority }),
    ...(level === "trusted" ? { checkServerIdentity: () => undefined } : {}),
  };
  const secure = connectTls(options);
  secure.on("error", () => {});
  try {
    await event(secure, "secureConnect");
    return secure;
  } catch (error) {
    secure.destroy();
    throw error;
  }
}

/** Waits for an event of a socket, or for its end. */
function event<Value = void>(socket: Socket, name: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      socket.off(name, fired);
      socket.off("error", failed);
      socket.off("close", closed);
      done();
    };
    const fired = (value: Value) => settle(() => resolve(value));
    const failed = (error: Error) => settle(() => reject(error));
    const closed = () => failed(new Error("the server closed the connection"));
    socket.on(name, fired);
    socket.on("error", failed);
    socket.on("close", closed);
  });
}
