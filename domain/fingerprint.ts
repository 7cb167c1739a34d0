/**
 * Fingerprints: a number in a text's place, where texts are only held against each other and too many
 * are remembered to keep them.
 *
 * @module
 */

/**
 * A text's fingerprint: a whole number below 2^53. Two texts have the same one by chance once in 2^53
 * (cyrb53 by bryc, in the public domain: two 32-bit multiplicative hashes, mixed as MurmurHash3 does).
 */
export function fingerprint(text: string): number {
  let one = 0xdeadbeef;
  let other = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 2_654_435_761);
    other = Math.imul(other ^ code, 1_597_334_677);
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^
    Math.imul(other ^ (other >>> 13), 3_266_489_909);
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^
    Math.imul(one ^ (one >>> 13), 3_266_489_909);
  return 0x1_0000_0000 * (0x1f_ffff & other) + (one >>> 0);
}
