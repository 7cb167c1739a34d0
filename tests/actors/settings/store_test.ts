import { assertEquals, assertMatch } from "@std/assert";
import { problemsIn } from "./world.ts";

/** URLs with which no store opens, and what is told of them. */
const WRONG: readonly [url: string, told: RegExp][] = [
  ["x.db", /store\.url names no scheme \(was "x\.db"\); .*sqlite:data/],
  ["", /store\.url must not be empty/],
  ["mysql://u@h/db", /store\.url begins with "mysql:" .*; .*sqlite:.*postgres:/],
  ["host=h password=hunter2 user=u", /store\.url is in libpq's words; .*postgres:\/\/USER/],
  ["u:hunter2@h/db", /store\.url is for no store that marketd has/],
  ["sqlite:", /store\.url names no file/],
  ["sqlite::memory:", /store\.url is of a database in memory/],
  ["sqlite://host/x.db", /store\.url names a host/],
  ["sqlite:x.db?mode=ro", /store\.url has parameters/],
  ["sqlite:data/", /store\.url names a folder/],
  ["postgres://", /store\.url names no user/],
  ["postgres://u:hunter2", /store\.url is not readable as a URL/],
  ["postgres://u@h", /store\.url names no database/],
  ["postgres://u@h/", /store\.url names no database/],
  ["postgres://h/db", /store\.url names no user/],
  ["postgres://u:hunter2@h:99999/db", /store\.url names a port that is none; .*from 1 to 65535/],
  ["postgres://u:hunter2@h:0/db", /store\.url names a port that is none; .*from 1 to 65535/],
  ["postgres://u:hunter2@h:port/db", /store\.url names a port that is none/],
  ["postgres://u:hun/ter2@h/db", /store\.url is not readable as a URL/],
  ["postgres://u:1/hunter2@h/db", /store\.url names no user/],
  ["postgres://u:p@h:1/hunter2@h/db", /store\.url names a database with/],
  ["postgres://u%3Ahunter2@h/db", /store\.url names a user with a colon/],
  ["postgres://u@h/db?password=hunter2", /store\.url has the parameter "password"/],
  ["postgres://u@h/db?sslmode=no", /store\.url has the sslmode "no"/],
  ["postgres://u@h/db?sslmode=disable", /store\.url .*in the clear/],
  ["postgres:u@h/db", /store\.url names no user/],
];

Deno.test("a store's URL with which marketd would not start is told with its place", async () => {
  for (const [url, told] of WRONG) {
    const yaml = `store:\n  url: ${JSON.stringify(url)}\n`;
    const problems = await problemsIn({ yaml });
    assertEquals(problems.length, 1, url);
    assertMatch(problems[0]!, told);
    assertMatch(problems[0]!, /^marketd\.yaml:2:8: /);
    assertEquals(problems.filter((line) => /hunter2|ter2/.test(line)), []);
    assertMatch((await problemsIn({ flags: { store: url } })).join(), /^flag --store: /);
  }
});

Deno.test("a store's URL of a usual form is none to complain of", async () => {
  for (
    const url of [
      "sqlite:x.db",
      "SQLITE:x.db",
      "sqlite:/var/lib/x.db",
      "sqlite:a # b.db",
      "postgres://u:p%40ss@localhost:5432/db",
      "postgresql://u@[::1]/db",
      "postgres://u@/db?host=/run/postgresql",
      "postgres://u@db.example/db?sslmode=require&connect_timeout=3",
    ]
  ) assertEquals(await problemsIn({ flags: { store: url } }), [], url);
});
