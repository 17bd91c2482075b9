/** Letters and digits that are not mistaken for each other. */
const SIGNS = "abcdefghijkmnpqrstuvwxyz23456789";

/** A random password of four groups of four (80 bits), easy to read out. */
export function newPassword(): string {
  const signs = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => SIGNS[byte % SIGNS.length]);
  return [0, 4, 8, 12].map((start) => signs.slice(start, start + 4).join("")).join("-");
}
