import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Growth } from "../../domain/growth.ts";

Deno.test("before the first look all of it is growth", () => {
  assertEquals(new Growth(2, 10, 3).since(5, [7, 1]), { span: 0, counts: [7, 1] });
});

Deno.test("growth is counted from the oldest look that is kept", () => {
  const growth = new Growth(1, 10, 3);
  for (const [now, count] of [[0, 0], [10, 5], [20, 6], [30, 16]]) growth.look(now!, [count!]);
  assertEquals(growth.since(35, [20]), { span: 25, counts: [15] });
});

Deno.test("looks that come too soon do not shorten the time that is counted over", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 1,
      maxLength: 80,
    }),
    (steps) => {
      const growth = new Growth(1, 10, 4);
      const looks: [now: number, count: number][] = [];
      let [now, count] = [0, 0];
      for (const [pause, more] of steps) {
        now += pause;
        count += more;
        growth.look(now, [count]);
        if (looks.length === 0 || now - looks.at(-1)![0] >= 10) looks.push([now, count]);
      }
      const [from] = looks.slice(-4)[0]!;
      // Until a look was forgotten nothing was.
      const then = looks.length > 4 ? looks.slice(-4)[0]![1] : 0;
      assertEquals(growth.since(now, [count]), { span: now - from, counts: [count - then] });
    },
  ));
});
