/**
 * Connections by TLS, and servers that refuse.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openStore } from "../../../db/open.ts";
import { StoreError } from "../../../db/store.ts";
import { batch, storeError, trade } from "../contract/harness.ts";
import { startRefusing, startTlsFront } from "./fronts.ts";
import { ENDPOINT, test, withStore } from "./server.ts";

const CERTIFICATE = new URL("./server.pem", import.meta.url).pathname;

test("is reached by TLS where the URL says so", async (place) => {
  const front = startTlsFront(ENDPOINT);
  const trusted = `&sslrootcert=${CERTIFICATE}`;
  for (const mode of ["require", `verify-ca${trusted}`, `verify-full${trusted}`]) {
    await withStore(place.urlAt(front.port, `?sslmode=${mode}`), async (store) => {
      await store.write(batch({ ticks: [trade()] }));
      assertEquals(await store.symbols(), ["AAPL"]);
    });
  }
  assert(front.secured() >= 6);
  await front.close();
});

test("does not trust a certificate that nobody vouches for, nor one of another name", async (place) => {
  const front = startTlsFront(ENDPOINT);
  const unknown = place.urlAt(front.port, "?sslmode=verify-full");
  await assertRejects(
    () => openStore(unknown, { mode: "write" }),
    storeError("unusable", /certificate of 127\.0\.0\.1:\d+ is not to be trusted.*sslrootcert/),
  );
  // The certificate is for localhost and 127.0.0.1.
  const parameters = `sslrootcert=${CERTIFICATE}`;
  const named = new URL(place.urlAt(front.port, `?${parameters}&sslmode=verify-full`));
  named.hostname = "127.0.0.2";
  await assertRejects(
    () => openStore(named.href, { mode: "write" }),
    storeError("unusable", /certificate of 127\.0\.0\.2:\d+ is not to be trusted/),
  );
  named.searchParams.set("sslmode", "verify-ca");
  await withStore(named.href, async (store) => assertEquals(await store.symbols(), []));
  await front.close();
});

test("a server without TLS is told so", async (place) => {
  // The tests' server may have it; one that answers the question with "no" never has.
  const refusing = startRefusing("no-tls");
  await assertRejects(
    () => openStore(place.urlAt(refusing.port, "?sslmode=require"), { mode: "write" }),
    storeError(
      "unusable",
      /127\.0\.0\.1:\d+ does not speak TLS, which sslmode .*ssl = on.*leave sslmode out/,
    ),
  );
  await refusing.close();
});

Deno.test("Postgres: a wrong password and a server that is starting are told apart", async () => {
  const attempts = [
    ["28P01", "unusable", true, /password authentication failed.*\(28P01\)\. Check the user/],
    ["57P03", "unreachable", false, /starting up.*\(57P03\)\. The server at .* may recover/],
    ["53300", "unreachable", false, /too many clients.*\(53300\)/],
  ] as const;
  for (const [state, code, terminal, message] of attempts) {
    const refusing = startRefusing(state);
    const url = `postgres://marketd:hunter2@127.0.0.1:${refusing.port}/marketd`;
    for (const mode of ["read", "write"] as const) {
      await assertRejects(() => openStore(url, { mode }), (error: unknown) => {
        assert(error instanceof StoreError);
        assertEquals([error.code, error.terminal], [code, terminal]);
        return message.test(error.message) && !error.message.includes("hunter2");
      });
    }
    // What was sent for the password is what the URL says.
    assertEquals(refusing.passwords(), state === "28P01" ? ["hunter2", "hunter2"] : []);
    await refusing.close();
  }
});
