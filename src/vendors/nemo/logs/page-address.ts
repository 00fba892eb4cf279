/**
 * The vendor's page tokens are base 58 of the JSON `[page, direction]`, direction 0 being oldest first. This is an
 * implementation detail from the vendor's server source, `services/core/files/…/log_storage.py`; any token of another
 * shape is opaque. Plain decimal page numbers are supported too.
 */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** A page number of 15 digits takes 27 characters. */
const LONGEST = 32;
const DECIMAL = /^[1-9]\d{0,14}$/;

export const pageAddress = { pageOf, tokenOf };

/** The page number, from 1, of a forward token; null: another kind of token. */
function pageOf(token: string): number | null {
  const page = Number(/^\[(\d{1,15}), 0\]$/.exec(decode(token) ?? '')?.[1] ?? 0);
  // Accept only one spelling per page: base 58 has others that decode to the same text.
  if (page >= 1 && tokenOf(page) === token) return page;
  return DECIMAL.test(token) ? Number(token) : null;
}

/** `like`: a token from the vendor, the model for the spelling. */
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
