import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { load, problemsIn } from "./world.ts";

const TOKEN = "0123456789abcdef";

Deno.test("a reference is replaced from the environment, in a flow map too", async () => {
  const { settings, origins } = await load({
    yaml: "server: { host: ${HERE}, port: ${PORT}, token: ${TOKEN} }\n" +
      'store: { url: "sqlite:${DIR}/${NAME}.db" }\n',
    env: { HERE: "localhost", PORT: "99", TOKEN, DIR: "/var/lib", NAME: "x" },
  });
  assertEquals([settings.server.host, settings.server.port], ["localhost", 99]);
  assertEquals([settings.server.token, settings.store.url], [TOKEN, "sqlite:/var/lib/x.db"]);
  // The value stands in the file, whatever it is made of.
  assertEquals(origins["server.port"], "marketd.yaml:1");
});

Deno.test("a reference without a value falls back on its default, an empty one too", async () => {
  const yaml = "server: { port: ${PORT:-1234} }\nstore: { url: ${URL:-sqlite:a, b.db} }\n";
  const without = (await load({ yaml })).settings;
  assertEquals([without.server.port, without.store.url], [1234, "sqlite:a, b.db"]);
  assertEquals((await load({ yaml, env: { PORT: "" } })).settings.server.port, 1234);
  assertEquals((await load({ yaml, env: { PORT: "5" } })).settings.server.port, 5);
});

Deno.test("a doubled dollar keeps the text", async () => {
  const { settings } = await load({ yaml: "store: { url: sqlite:$${NAME}/$5.db }\n" });
  assertEquals(settings.store.url, "sqlite:${NAME}/$5.db");
});

Deno.test("a reference is read from the file that NAME_FILE names, without its line end", async () => {
  const world = { yaml: "server: { token: ${SECRET} }\n", files: { "/run/s": `${TOKEN}\n` } };
  const { settings } = await load({ ...world, env: { SECRET_FILE: "/run/s" } });
  assertEquals(settings.server.token, TOKEN);
  const both = await load({ ...world, env: { SECRET_FILE: "/run/s", SECRET: `${TOKEN}x` } });
  assertEquals(both.settings.server.token, `${TOKEN}x`);
});

Deno.test("what a comment refers to need not be there", async () => {
  const yaml = "# token: ${GONE} ${\nlog: { level: info } # ${GONE}\n";
  assertEquals(await problemsIn({ yaml, env: { GONE_FILE: "/gone" } }), []);
});

Deno.test("a reference that is none is a problem at its own place", async () => {
  const problems = await problemsIn({
    yaml: 'store: { url: "a${b c}" }\nserver: { host: "h${x" }\nlog: { level: ${b-c} }\n',
  });
  assertEquals(problems.length, 3);
  assertMatch(problems[0]!, /^marketd\.yaml:1:17: store\.url has a `\$\{` that begins no/);
  assertMatch(problems[1]!, /^marketd\.yaml:2:19: server\.host has a `\$\{` that begins no/);
  assertMatch(problems[2]!, /^marketd\.yaml:3:15: log\.level has `\$\{b-c\}`, which is neither/);
});

Deno.test("no value can change the file around it", async () => {
  // Whatever a variable holds, it arrives as it is: YAML's own signs and line ends included.
  const text = fc.string({ unit: "binary", minLength: 16, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const { settings } = await load({
        yaml: "server: { token: ${VALUE}, port: 7 }\n",
        env: { VALUE: value },
      });
      assertEquals([settings.server.token, settings.server.port], [value, 7]);
    }),
    { numRuns: 200, examples: [["a: b # c\n- {}[],'\"\\ ${VALUE} &x *x"], ["1234567890123456"]] },
  );
});
