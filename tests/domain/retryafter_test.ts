import { assertEquals } from "@std/assert";
import { retryAfterOf } from "../../domain/retryafter.ts";
import { parseTime, SECOND } from "../../domain/time.ts";

const NOW = parseTime("2015-10-21T07:28:00Z")!;

// The dates are those of RFC 9110, 10.2.3.
for (
  const [said, span] of [
    [null, undefined],
    ["", undefined],
    ["soon", undefined],
    ["-1", undefined],
    ["0", 0],
    ["120", 120 * SECOND],
    ["1.5", 1.5 * SECOND],
    ["Wed, 21 Oct 2015 07:28:30 GMT", 30 * SECOND],
    ["Wed, 21 Oct 2015 07:27:30 GMT", undefined],
  ] as const
) {
  Deno.test(`Retry-After ${JSON.stringify(said)} asks for ${span ?? "nothing"}`, () => {
    assertEquals(retryAfterOf(said, NOW), span);
  });
}
