/**
 * The official clients as the judges of the simulated Lightstreamer server: what 8.0.5, which
 * marketd uses, and 9.2.2, the latest, make of it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { LightstreamerClient, Subscription } from "../../../providers/ig/client.ts";
import { LOGIN, type Simulator, start } from "./simulator.ts";

const EPIC = "CS.D.EURUSD.CFD.IP";
const ITEM = `PRICE:ABC12:${EPIC}`;
const FIELDS = ["BIDPRICE1", "ASKPRICE1", "NO_SUCH_FIELD"];

/** Something that speaks the client's language: commands in, events out as lines. */
interface Driver {
  readonly events: readonly string[];
  command(...words: string[]): void;
  end(): Promise<void>;
}

async function signIn(simulator: Simulator): Promise<string> {
  const response = await fetch(`${simulator.api}/session`, {
    method: "POST",
    headers: { "X-IG-API-KEY": LOGIN.apiKey, "Version": "2" },
    body: JSON.stringify({ identifier: LOGIN.username, password: LOGIN.password }),
  });
  await response.body?.cancel();
  return `CST-${response.headers.get("cst")}|XST-${response.headers.get("x-security-token")}`;
}

async function until(holds: () => boolean, what: string, events: readonly string[]) {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1_500) throw new Error(`${what} never came; ${events.join("; ")}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What both clients must be able to do. */
async function exercise(make: (address: string, password: string) => Promise<Driver>) {
  const simulator = await start();
  const driver = await make(`http://127.0.0.1:${simulator.port}`, await signIn(simulator));
  const { events } = driver;
  const seen = (event: string, times = 1) =>
    until(() => events.filter((one) => one === event).length >= times, event, events);
  try {
    driver.command("connect");
    driver.command("subscribe", ITEM, "Pricing", ...FIELDS);
    driver.command("subscribe", `MARKET:${EPIC}`, "-", "BID");
    await seen("status CONNECTED:WS-STREAMING");
    await seen(`subscribed ${ITEM}`);
    await seen(`refused MARKET:${EPIC} 21 Invalid group`);
    await seen("update 1.08500 1.08504 null");
    simulator.quote(EPIC, { BIDPRICE1: "1.08490" });
    await seen("update 1.08490 1.08504 null");
    simulator.quote(EPIC, { ASKPRICE1: "", BIDPRICE1: "#a|b%^c, d" });
    await seen("update #a|b%^c, d  null");
    simulator.quote(EPIC, { ASKPRICE1: null, BIDPRICE1: "1.1" });
    await seen("update 1.1 null null");

    // A socket that breaks is recovered, with what was said meanwhile, and nothing twice.
    simulator.drop();
    simulator.quote(EPIC, { BIDPRICE1: "1.2" });
    simulator.quote(EPIC, { BIDPRICE1: "1.3" });
    await seen("status DISCONNECTED:TRYING-RECOVERY");
    await seen("update 1.3 null null");
    await seen("status CONNECTED:WS-STREAMING", 2);
    simulator.quote(EPIC, { BIDPRICE1: "1.4" });
    await seen("update 1.4 null null");
    assertEquals(events.filter((event) => event === "update 1.2 null null").length, 1);
    assertEquals(simulator.count("stream ABC12"), 1);
    assertEquals(simulator.count("recover ABC12"), 1);

    driver.command("unsubscribe", ITEM);
    await seen(`unsubscribed ${ITEM}`);
    await until(() => simulator.count(`unsubscribe ${ITEM}`) === 1, "unsubscribe", simulator.diary);
    driver.command("disconnect");
    await seen("status DISCONNECTED");
    await until(() => simulator.count("destroy ABC12") === 1, "destroy", simulator.diary);
  } finally {
    await driver.end();
    await simulator.stop();
  }
}

Deno.test("the official client 8.0.5 is served: session, items, recovery, end", async () => {
  await exercise((address, password) => Promise.resolve(driverOf8(address, password)));
});

const folder = await Deno.makeTempDir();
const problem = await install9(folder);
if (problem !== null) console.log(`The official client 9.2.2 cannot be installed: ${problem}`);

Deno.test({
  name: "the official client 9.2.2 is served: session, items, recovery, end",
  ignore: problem !== null && Deno.env.get("CI") !== "true",
  async fn() {
    assertEquals(problem, null);
    await exercise((address, password) => Promise.resolve(driverOf9(folder, address, password)));
  },
});

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

for (const password of ["CST-wrong|XST-wrong", "wrong"]) {
  Deno.test(`the official client 8.0.5 is told that ${password} is not accepted`, async () => {
    const simulator = await start();
    const driver = driverOf8(`http://127.0.0.1:${simulator.port}`, password);
    driver.command("connect");
    const told = "error 1 User/password check failed";
    await until(() => driver.events.includes(told), told, driver.events);
    await driver.end();
    await simulator.stop();
  });
}

function driverOf8(address: string, password: string): Driver {
  const events: string[] = [];
  const client = new LightstreamerClient(address, "DEFAULT");
  client.connectionDetails.setUser("ABC12");
  client.connectionDetails.setPassword(password);
  client.addListener({
    onStatusChange: (status: string) => void events.push(`status ${status}`),
    onServerError: (code: number, message: string) => void events.push(`error ${code} ${message}`),
  });
  const subscriptions = new Map<string, Subscription>();
  const subscribe = (item: string, adapter: string, fields: string[]) => {
    const subscription = new Subscription("MERGE", [item], fields);
    if (adapter !== "-") subscription.setDataAdapter(adapter);
    subscription.addListener({
      onSubscription: () => void events.push(`subscribed ${item}`),
      onUnsubscription: () => void events.push(`unsubscribed ${item}`),
      onSubscriptionError: (code: number, message: string) =>
        void events.push(`refused ${item} ${code} ${message}`),
      onItemUpdate: (update) =>
        void events.push(
          `update ${fields.map((field) => String(update.getValue(field))).join(" ")}`,
        ),
    });
    subscriptions.set(item, subscription);
    client.subscribe(subscription);
  };
  return {
    events,
    command(name, item = "", adapter = "", ...fields) {
      if (name === "connect") client.connect();
      else if (name === "disconnect") client.disconnect();
      else if (name === "subscribe") subscribe(item, adapter, fields);
      else client.unsubscribe(subscriptions.get(item)!);
    },
    async end() {
      client.disconnect();
      await until(() => client.getStatus() === "DISCONNECTED", "the end", events);
    },
  };
}

/**
 * Installs it: one of its dependencies is a git repository, in whose place npm's package of the same
 * name and code is put.
 *
 * @returns why it could not be.
 */
async function install9(folder: string): Promise<string | null> {
  const manifest = {
    private: true,
    dependencies: { "lightstreamer-client-node": "9.2.2" },
    overrides: { xmlhttprequest: "1.8.0" },
  };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest));
  try {
    const { success, stderr } = await new Deno.Command("npm", {
      args: ["install", "--no-audit", "--no-fund", "--prefer-offline"],
      cwd: folder,
      stdout: "null",
    }).output();
    return success ? null : `npm: ${new TextDecoder().decode(stderr).slice(-300)}`;
  } catch (error) {
    return String(error);
  }
}

function driverOf9(folder: string, address: string, password: string): Driver {
  const events: string[] = [];
  const script = new URL("client9.mjs", import.meta.url).pathname;
  const child = new Deno.Command("node", {
    args: [script, folder, address, "ABC12", password],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const reading = readLines(child.stdout, events);
  const say = (text: string) => input.write(new TextEncoder().encode(`${text}\n`));
  const saying: Promise<void>[] = [];
  return {
    events,
    command: (...words) => void saying.push(say(words.join(" "))),
    async end() {
      await Promise.all(saying);
      await say("exit");
      await Promise.all([reading, child.status, input.close().catch(() => {})]);
    },
  };
}

async function readLines(from: ReadableStream<Uint8Array>, into: string[]): Promise<void> {
  let rest = "";
  for await (const text of from.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    into.push(...lines);
  }
}
