/**
 * What the browser remembers for this viewer.
 *
 * @module
 */

/**
 * What the browser keeps for this viewer; null where it keeps nothing, or may not.
 *
 * @param {string} key
 */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * Has the browser keep something, where it may.
 *
 * @param {string} key
 * @param {string} value
 */
export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice holds as long as the page does.
  }
}
