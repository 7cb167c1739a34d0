/**
 * Servers that stand in front of the tests' Postgres, or in its place: one that speaks TLS, and some
 * that refuse (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 *
 * @module
 */
import type { Endpoint } from "../../simulators/tcpproxy.ts";

/** Length and code of the question whether a server speaks TLS. */
const TLS_REQUEST = 8;

const MESSAGES = {
  "28P01": "password authentication failed for user",
  "57P03": "the database system is starting up",
  "53300": "sorry, too many clients already",
} as const;

/** Why a server refuses: it speaks no TLS, or by an SQLSTATE. */
export type Refusal = "no-tls" | keyof typeof MESSAGES;

/** Listens on a port of its own, and treats each connection. */
function serve(treat: (conn: Deno.TcpConn) => Promise<void>) {
  const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const treated = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const conn of listener) {
      const treating = treat(conn).catch(() => {}).finally(() => closeQuietly(conn));
      treated.add(treating);
    }
  })();
  return {
    port: listener.addr.port,
    close: async () => {
      listener.close();
      await accepting;
      await Promise.all(treated);
    },
  };
}

/**
 * Starts a server that speaks TLS by the certificate beside this file, and hands what it hears to
 * another that does not.
 */
export function startTlsFront(target: Endpoint) {
  const folder = new URL("./", import.meta.url);
  const secure = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: Deno.readTextFileSync(new URL("server.pem", folder)),
    key: Deno.readTextFileSync(new URL("server.key.pem", folder)),
  });
  const { port } = secure.addr as Deno.NetAddr;
  let secured = 0;
  const inner = (async () => {
    const joined: Promise<void>[] = [];
    for await (const conn of secure) {
      joined.push((async () => {
        const server = await Deno.connect(target);
        try {
          await conn.handshake();
          secured++;
          await join(conn, server);
        } catch {
          // A client that does not trust the certificate goes.
        } finally {
          closeQuietly(conn);
          closeQuietly(server);
        }
      })());
    }
    await Promise.all(joined);
  })();
  // The question comes in the clear, so another listener answers it before TLS begins.
  const front = serve(async (client) => {
    await client.read(new Uint8Array(TLS_REQUEST));
    await client.write(new TextEncoder().encode("S"));
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    await join(client, server).finally(() => closeQuietly(server));
  });
  return {
    port: front.port,
    /** How many connections were secured. */
    secured: () => secured,
    close: async () => {
      await front.close();
      secure.close();
      await inner;
    },
  };
}

/** Starts a server that refuses every client; a wrong password is asked for first. */
export function startRefusing(refusal: Refusal) {
  const passwords: string[] = [];
  const front = serve(async (conn) => {
    const buffer = new Uint8Array(1_024);
    await conn.read(buffer);
    if (refusal === "no-tls") return void await conn.write(new TextEncoder().encode("N"));
    if (refusal === "28P01") {
      // Authentication: the password in the clear.
      await conn.write(message("R", [0, 0, 0, 3]));
      const count = await conn.read(buffer) ?? 0;
      // A letter, a length, and a text that ends with NUL.
      passwords.push(new TextDecoder().decode(buffer.subarray(5, count - 1)));
    }
    const fields = ["SFATAL", "VFATAL", `C${refusal}`, `M${MESSAGES[refusal]}`, ""];
    await conn.write(message("E", [...new TextEncoder().encode(`${fields.join("\0")}\0`)]));
  });
  return { ...front, passwords: () => passwords };
}

function message(kind: string, body: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = kind.charCodeAt(0);
  new DataView(bytes.buffer).setUint32(1, 4 + body.length);
  bytes.set(body, 5);
  return bytes;
}

async function join(a: Deno.Conn, b: Deno.Conn): Promise<void> {
  await Promise.all([
    a.readable.pipeTo(b.writable, { preventAbort: true }),
    b.readable.pipeTo(a.writable, { preventAbort: true }),
  ]);
}

function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
