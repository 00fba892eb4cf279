/**
 * The vendor's page tokens are base 58 of the JSON `[page, direction]`, direction 0 being oldest first.
 * That is an implementation detail of the vendor: a token that is not of this shape is opaque.
 * Read in its server source, `services/core/files/…/log_storage.py`. Page numbers in plain decimals are understood, too.
 */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** A page number of 15 digits takes 27 characters. */
const LONGEST = 32;
const DECIMAL = /^[1-9]\d{0,14}$/;

export const pageAddress = { pageOf, tokenOf };

/** The page number, from 1, that a forward token stands for; null when it is another kind of token. */
function pageOf(token: string): number | null {
  const page = Number(/^\[(\d{1,15}), 0\]$/.exec(decode(token) ?? '')?.[1] ?? 0);
  // One spelling for each page: base 58 has others that decode to the same.
  if (page >= 1 && tokenOf(page) === token) return page;
  return DECIMAL.test(token) ? Number(token) : null;
}

/** `like`: a token that the vendor has given; the other is spelled in its way. */
function tokenOf(page: number, like: string | null = null): string {
  if (like !== null && DECIMAL.test(like) && decode(like)?.startsWith('[') !== true) return String(page);
  let value = BigInt(`0x${Buffer.from(`[${page}, 0]`).toString('hex')}`);
  let token = '';
  while (value > 0n) {
    token = ALPHABET.charAt(Number(value % 58n)) + token;
    value /= 58n;
  }
  return token;
}

function decode(token: string): string | null {
  if (token === '' || token.length > LONGEST) return null;
  let value = 0n;
  for (const character of token) {
    const digit = ALPHABET.indexOf(character);
    if (digit === -1) return null;
    value = value * 58n + BigInt(digit);
  }
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString('latin1');
}
