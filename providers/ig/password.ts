/**
 * A password as some accounts must send it.
 *
 * @module
 */
import { constants, createPublicKey, publicEncrypt } from "node:crypto";

/**
 * RSA (PKCS 1 v1.5) of the base64 of password and time, in base64.
 *
 * @param key base64 of the public key (SPKI).
 * @param timeStamp that came with the key.
 */
export function encryptPassword(password: string, key: string, timeStamp: number): string {
  const publicKey = createPublicKey({
    key: `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`,
    format: "pem",
  });
  const plain = new TextEncoder().encode(`${password}|${timeStamp}`).toBase64();
  return publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_PADDING },
    new TextEncoder().encode(plain),
  ).toString("base64");
}
