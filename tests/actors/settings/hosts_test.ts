import { assertEquals, assertMatch } from "@std/assert";
import { isHost, isOrigin } from "../../../actors/settings/hosts.ts";
import { load, problemsIn } from "./world.ts";

const TOKEN = { MARKETD_TOKEN: "0123456789abcdef" };

Deno.test("a host is an address or a name, and nothing around it", () => {
  const hosts = [
    "127.0.0.1",
    "0.0.0.0",
    "localhost",
    "::1",
    "[::1]",
    "box",
    "a-b.example.",
    "1.de",
  ];
  for (const text of hosts) assertEquals([text, isHost(text)], [text, true]);
  const none = [
    "",
    "not a host",
    "256.1.1.1",
    "1.2.3",
    "1.2.3.4.5",
    "127.1",
    "1",
    "::g",
    "[::1",
    "localhost:80",
    "http://localhost",
    "*.example",
    "a..b",
    "-a",
    "a/b",
    "u@h",
  ];
  for (const text of none) assertEquals([text, isHost(text)], [text, false]);
});

Deno.test("an origin is a web page's scheme, host and port, and nothing behind them", () => {
  const origins = ["https://a.example", "http://localhost:3000", "https://a.example/"];
  for (const text of origins) assertEquals([text, isOrigin(text)], [text, true]);
  const none = [
    "*",
    "null",
    "a.example",
    "https://a.example/page",
    "https://a.example?x",
    "https://a.example/?",
    "https://a.example#",
    "https://u@a.example",
    "ftp://a.example",
    "data:text/html,x",
    "file:///",
  ];
  for (const text of none) assertEquals([text, isOrigin(text)], [text, false]);
});

Deno.test("a host that cannot be one is told before anything listens", async () => {
  for (const host of ["not a host", "256.1.1.1", "localhost:80", "http://localhost", "127.1"]) {
    const [problem, ...others] = await problemsIn({ flags: { host }, env: TOKEN });
    assertMatch(problem ?? "nothing", /^flag --host: server\.host must be an address .*\(was "/);
    assertEquals(others, []);
  }
});

Deno.test("names and origins that would never match are told", async () => {
  const problems = await problemsIn({
    yaml: "server:\n  hosts: [a.example, 'https://b.example', '*.c', d.example:80, '[::1]:80']\n" +
      "  origins: [https://a.example, 'data:x', https://a.example/page]\n",
  });
  assertEquals(problems, [
    "marketd.yaml:2:22: server.hosts[1] must be a name or address without a scheme, such as " +
    'charts.example.org (was "https://b.example")',
    "marketd.yaml:2:43: server.hosts[2] must be a name or address without a scheme, such as " +
    'charts.example.org (was "*.c")',
    "marketd.yaml:3:32: server.origins[1] must be an origin such as https://charts.example.org " +
    '(was "data:x")',
    "marketd.yaml:3:42: server.origins[2] must be an origin such as https://charts.example.org " +
    '(was "https://a.example/page")',
  ]);
  const { settings } = await load({ yaml: "server: { hosts: [a.example, 'b.example:80'] }\n" });
  assertEquals(settings.server.hosts, ["a.example", "b.example:80"]);
});
