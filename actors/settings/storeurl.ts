/**
 * Whether the store's URL names a store.
 *
 * @module
 */
import { type CheckStoreUrl, StoreUrlError } from "../../db/store.ts";
import type { Problem } from "./problems.ts";
import { formatPath, type Node, nodeAt, placeOf } from "./tree.ts";
import { maskUrl } from "./urls.ts";

const PATH = ["store", "url"];

/** What is wrong with the store's URL, where one is said. */
export function checkStore(root: Node, check: CheckStoreUrl): Problem[] {
  const node = nodeAt(root, PATH);
  if (node?.kind !== "leaf" || typeof node.value !== "string" || node.value === "") return [];
  try {
    check(node.value);
    return [];
  } catch (error) {
    if (!(error instanceof StoreUrlError)) throw error;
    const { why, advice } = error;
    // Where something is masked, the rest helps nobody.
    const was = maskUrl(node.value) === node.value ? ` (was "${node.value}")` : "";
    return [{
      path: formatPath(PATH),
      origin: placeOf(node.origin),
      message: why + was,
      hint: advice,
    }];
  }
}
