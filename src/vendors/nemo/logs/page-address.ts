/**
 * The vendor's page tokens are base 58 of the JSON `[page, direction]`, direction 0 being oldest first. This is an
 * implementation detail from the vendor's server source, `services/core/files/…/log_storage.py`; any token of another
 * shape is opaque. Plain decimal page numbers are supported too, and the list with other white space.
 */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** A page number of 15 digits takes 27 characters, without further white space. */
const LONGEST = 64;
const FORWARD = /^(\[[ \t\r\n]*)(\d{1,15})([ \t\r\n]*,[ \t\r\n]*0[ \t\r\n]*\])$/;
const DECIMAL = /^[1-9]\d{0,14}$/;

export const pageAddress = { pageOf, tokenOf };

/** The page number, from 1, of a forward token; null: another kind of token. */
function pageOf(token: string): number | null {
  const page = Number(FORWARD.exec(decode(token) ?? '')?.[2] ?? 0);
  // Accept only one spelling per text: base 58 has others that decode to the same one.
  if (page >= 1 && tokenOf(page, token) === token) return page;
  return DECIMAL.test(token) ? Number(token) : null;
}

/** `like`: a token from the vendor, the model for the spelling. */
function tokenOf(page: number, like: string | null = null): string {
  const text = like === null ? null : decode(like);
  if (like !== null && DECIMAL.test(like) && text?.startsWith('[') !== true) return String(page);
  const [, before = '[', , behind = ', 0]'] = FORWARD.exec(text ?? '') ?? [];
  let value = BigInt(`0x${Buffer.from(`${before}${page}${behind}`).toString('hex')}`);
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
