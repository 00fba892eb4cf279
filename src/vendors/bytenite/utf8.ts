import { isUtf8 } from 'node:buffer';

/**
 * Bytes as they come, but cut between characters and valid UTF-8: what is not valid becomes U+FFFD, as
 * in `TextDecoder`. A character that is split over two chunks stays whole.
 */
export async function* repairUtf8(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let carried: Uint8Array = new Uint8Array(0);
  for await (const chunk of body) {
    const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const end = bytes.length - lengthOfOpenCharacter(bytes);
    // A copy: what is carried must not keep the chunk alive.
    carried = bytes.slice(end);
    if (end > 0) yield valid(bytes.subarray(0, end));
  }
  if (carried.length > 0) yield valid(carried);
}

function valid(bytes: Uint8Array): Uint8Array {
  return isUtf8(bytes) ? bytes : Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

/** How many bytes at the end are the beginning of a character whose rest has not come yet: 0 to 3. */
function lengthOfOpenCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < lengthOfCharacter(byte) ? back : 0;
  }
  return 0;
}

function lengthOfCharacter(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
