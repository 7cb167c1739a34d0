/**
 * What may be wider than the page: it scrolls by itself, by keyboard too.
 *
 * @module
 */
import type { Child } from "hono/jsx";

/** Something wide. @param props.label what it is, for who cannot see it. */
export function Wide({ children, label }: { children?: Child; label: string }) {
  return (
    <div class="wide" role="region" aria-label={label} tabindex={0}>
      {children}
    </div>
  );
}
