import { assert, assertEquals } from "@std/assert";
import { LOGIN, type Simulator, type SimulatorOptions, start } from "./simulator.ts";
import { line, parseMessage, updateLine } from "./tlcp.ts";

const EPIC = "CS.D.EURUSD.CFD.IP";
const PASSWORD = { identifier: LOGIN.username, password: LOGIN.password };

async function withSimulator(
  run: (simulator: Simulator) => Promise<void>,
  options: SimulatorOptions = {},
): Promise<void> {
  const simulator = await start(options);
  try {
    await run(simulator);
  } finally {
    simulator.heal();
    await simulator.stop();
  }
}

/** Asks the gateway; gives the status, the body and the headers. */
async function ask(
  { api }: Simulator,
  method: string,
  path: string,
  version: number,
  headers: Record<string, string> = {},
  body?: unknown,
) {
  const response = await fetch(api + path, {
    method,
    headers: { "X-IG-API-KEY": LOGIN.apiKey, "Version": String(version), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    // deno-lint-ignore no-explicit-any
    body: (text.startsWith("{") ? JSON.parse(text) : text) as any,
  };
}

async function tokens(simulator: Simulator): Promise<Record<string, string>> {
  const { headers } = await ask(simulator, "POST", "/session", 2, {}, PASSWORD);
  return {
    "CST": headers.get("cst")!,
    "X-SECURITY-TOKEN": headers.get("x-security-token")!,
  };
}

/** A bare client of TLCP over WebSocket: sends messages, collects lines. */
async function rawSocket(simulator: Simulator, protocol = "TLCP-2.5.0.lightstreamer.com") {
  const url = `ws://127.0.0.1:${simulator.port}/lightstreamer`;
  const socket = new WebSocket(url, protocol);
  const lines: string[] = [];
  socket.onmessage = ({ data }) => void lines.push(...String(data).split("\r\n").slice(0, -1));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return {
    protocol: socket.protocol,
    send: (...parts: string[]) => socket.send(parts.join("\r\n")),
    async take(count: number): Promise<string[]> {
      for (let tries = 0; lines.length < count; tries++) {
        if (tries > 500) throw new Error(`only ${lines.join("; ")}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return lines.splice(0, count);
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    },
  };
}

Deno.test("a session of TLCP 2.5.0 goes as captured: wsok, create, add, update, delete, destroy", async () => {
  await withSimulator(async (simulator) => {
    const { CST, "X-SECURITY-TOKEN": token } = await tokens(simulator);
    const socket = await rawSocket(simulator);
    assertEquals(socket.protocol, "TLCP-2.5.0.lightstreamer.com");
    socket.send("wsok");
    assertEquals(await socket.take(1), ["WSOK"]);
    socket.send(
      "create_session",
      `LS_user=ABC12&LS_cid=tqGko0tg4pkpW3EAM3O4hwLri8M4OC63i7x&LS_send_sync=false&LS_cause=api` +
        `&LS_password=CST-${CST}%7CXST-${token}`,
    );
    const [conok, ...rest] = await socket.take(4);
    assert(/^CONOK,[A-Za-z0-9]+,50000,5000,\*$/.test(conok!), conok);
    assertEquals(rest, [
      "SERVNAME,Lightstreamer HTTP Server",
      "CLIENTIP,127.0.0.1",
      "CONS,unlimited",
    ]);
    // Two requests in one message, as the client sends them; LS_ack=false wants no REQOK.
    const shared = "LS_op=add&LS_mode=MERGE&LS_snapshot=true&LS_ack=false";
    socket.send(
      "control",
      `LS_reqId=1&LS_subId=1&LS_group=PRICE%3AABC12%3A${EPIC}&LS_data_adapter=Pricing` +
        `&LS_schema=BIDPRICE1%20ASKPRICE1%20NO&${shared}`,
      `LS_reqId=2&LS_subId=2&LS_group=MARKET%3A${EPIC}&LS_schema=BID&${shared}`,
    );
    assertEquals(await socket.take(4), [
      "SUBOK,1,1,3",
      "CONF,1,unlimited,filtered",
      "U,1,1,1.08500|1.08504|#",
      "REQERR,2,21,Invalid group",
    ]);
    simulator.quote(EPIC, { ASKPRICE1: "1.08510" });
    assertEquals(await socket.take(1), ["U,1,1,|1.08510|"]);
    socket.send("control", "LS_reqId=3&LS_subId=1&LS_op=delete");
    assertEquals((await socket.take(2)).toSorted(), ["REQOK,3", "UNSUB,1"]);
    socket.send("control", "LS_reqId=4&LS_op=destroy&LS_close_socket=true&LS_cause=api");
    assert((await socket.take(1))[0]!.startsWith("END,31,"));
    await socket.close();
  });
});

Deno.test("values are written as TLCP has it: unchanged, null, empty, escaped", () => {
  assertEquals(updateLine(3, 1, ["a", null, "", "x|y%"], null), "U,3,1,a|#|$|x%7Cy%25\r\n");
  assertEquals(updateLine(3, 1, ["#1", "$", "^2", "a,b"], null), "U,3,1,%231|%24|%5E2|a,b\r\n");
  const before = ["a", "b", "c", "d", "e"];
  assertEquals(updateLine(3, 2, ["a", "b", "X", "d", "e"], before), "U,3,2,||X||\r\n");
  assertEquals(updateLine(3, 2, ["a", "b", "c", "d", "X"], before), "U,3,2,^4|X\r\n");
  // A comma would end an argument.
  assertEquals(line("CONERR", 5, "overloaded, retry"), "CONERR,5,overloaded%2C retry\r\n");
  const { name, batch } = parseMessage("control\r\nLS_op=add&LS_group=a%20b\r\nLS_op=delete");
  assertEquals([name, batch[0]!.get("LS_group"), batch[1]!.get("LS_op")], [
    "control",
    "a b",
    "delete",
  ]);
});

Deno.test("a stream's forty-first item is refused by the venue", async () => {
  await withSimulator(async (simulator) => {
    const { CST, "X-SECURITY-TOKEN": token } = await tokens(simulator);
    const socket = await rawSocket(simulator);
    socket.send("create_session", `LS_user=ABC12&LS_password=CST-${CST}%7CXST-${token}`);
    await socket.take(4);
    const add = (request: number, count: number) => {
      const group = Array(count).fill(`CHART:${EPIC}:1MINUTE`).join("%20");
      socket.send(
        "control",
        `LS_reqId=${request}&LS_subId=${request}&LS_op=add&LS_mode=MERGE&LS_group=${group}` +
          `&LS_schema=UTM&LS_ack=false`,
      );
    };
    add(1, 40);
    await socket.take(2);
    add(2, 1);
    assertEquals(await socket.take(1), ["REQERR,2,-40,More than 40 concurrent subscriptions"]);
    await socket.close();
  });
});

Deno.test("requests are held to their version, tokens and errors as IG writes them", async () => {
  await withSimulator(async (simulator) => {
    const refused = async (
      ...args: [string, string, number, Record<string, string>?, unknown?]
    ) => {
      const { status, body } = await ask(simulator, ...args);
      return [status, body.errorCode];
    };
    assertEquals(await refused("GET", "/markets?epics=x", 1), [
      401,
      "error.security.client-token-missing",
    ]);
    assertEquals(await refused("GET", "/session", 7), [404, "invalid.url"]);
    assertEquals(await refused("POST", "/session", 2, {}, { ...PASSWORD, identifier: "a.b" }), [
      400,
      "validation.pattern.invalid.authenticationRequest.identifier",
    ]);
    assertEquals(await refused("POST", "/session", 2, {}, { ...PASSWORD, password: "x" }), [
      401,
      "error.security.invalid-details",
    ]);
    const { body } = await ask(simulator, "POST", "/session", 3, {}, PASSWORD);
    assertEquals(body.oauthToken.expires_in, "60");
    const bearer = { Authorization: `Bearer ${body.oauthToken.access_token}` };
    assertEquals(await refused("PUT", "/session", 1, { ...bearer, "IG-ACCOUNT-ID": "ABC12" }, {}), [
      401,
      "error.security.client-token-missing",
    ]);
  });
});

Deno.test("a DELETE may come as a POST with _method", async () => {
  await withSimulator(async (simulator) => {
    const session = await tokens(simulator);
    const answer = await ask(simulator, "POST", "/session", 1, { ...session, "_method": "delete" });
    assertEquals([answer.status, simulator.accounts.size], [204, 0]);
  });
});

Deno.test("the account's thirty-first request of a minute is refused", async () => {
  await withSimulator(async (simulator) => {
    const session = await tokens(simulator);
    for (let i = 0; i < 30; i++) {
      assertEquals((await ask(simulator, "GET", "/session", 1, session)).status, 200);
    }
    const { status, body } = await ask(simulator, "GET", "/session", 1, session);
    assertEquals([status, body.errorCode], [403, "error.public-api.exceeded-account-allowance"]);
  });
});

Deno.test("faults are commanded over HTTP, and one that is unknown is told", async () => {
  await withSimulator(async (simulator) => {
    const control = async (command: unknown) => {
      const response = await fetch(`http://127.0.0.1:${simulator.port}/control`, {
        method: "POST",
        body: JSON.stringify(command),
      });
      await response.body?.cancel();
      // The command is done after its answer was sent.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return response.status;
    };
    const session = await tokens(simulator);
    const status = async () => (await ask(simulator, "GET", "/session", 1, session)).status;
    assertEquals([await control({ fault: "maintenance" }), await status()], [200, 503]);
    assertEquals([await control({ fault: "none" }), await status()], [200, 200]);
    assertEquals([await control({ fault: "expire" }), await status()], [200, 401]);
    assertEquals(await control({ fault: "mute" }), 200);
    assert(simulator.faults.mute);
    assertEquals([await control({ fault: "sulk" }), await control("x")], [400, 400]);
  });
});
