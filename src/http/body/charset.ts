import { Transform } from 'node:stream';
import { StreamedBody } from './answer-body.ts';
import type { AnswerBody } from './answer-body.ts';

/**
 * The body in UTF-8, if its `Content-Type` names another charset. Some servers name one unasked and send UTF-8: bytes that are
 * UTF-8 stay as they are.
 */
export function inUtf8(body: AnswerBody, contentType: string | readonly string[] | undefined): AnswerBody {
  const charset = charsetIn(String(contentType ?? ''));
  if (charset === null) return body;
  const from = body.stream();
  const converted = converter(charset);
  converted.on('error', ignore);
  from.on('error', (error) => converted.destroy(error));
  converted.once('close', () => from.destroy());
  return new StreamedBody(from.pipe(converted));
}

/** The name of a charset other than UTF-8 that can be read; null: none. US-ASCII is UTF-8, although the label stands for another. */
function charsetIn(contentType: string): string | null {
  const label = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1];
  if (label === undefined || /^(?:us-)?ascii$/i.test(label)) return null;
  try {
    const { encoding } = new TextDecoder(label);
    return encoding === 'utf-8' ? null : encoding;
  } catch {
    return null;
  }
}

/** Charsets in which bytes of ASCII mean something else. */
const UNLIKE_ASCII = /^(?:utf-16|iso-2022)/;

/** The most bytes of a character in UTF-8. */
const CHARACTER_BYTES = 4;

function converter(charset: string): Transform {
  const decoder = new TextDecoder(charset);
  /** Null: all bytes so far are ASCII. */
  let isUtf8 = UNLIKE_ASCII.test(charset) ? false : null;
  /** Bytes that are too few to tell. */
  let held: Buffer = Buffer.alloc(0);
  const convert = (bytes: Buffer, isLast: boolean): Buffer => {
    if (isUtf8 === null) {
      const start = bytes.findIndex((byte) => byte > 0x7f);
      if (start === -1) return bytes;
      if (!isLast && bytes.length - start < CHARACTER_BYTES) {
        held = bytes;
        return Buffer.alloc(0);
      }
      isUtf8 = areUtf8(bytes, isLast);
    }
    return isUtf8 ? bytes : Buffer.from(decoder.decode(bytes, { stream: !isLast }));
  };
  const next = (chunk: Uint8Array, isLast: boolean): Buffer => {
    const bytes = Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    return convert(bytes, isLast);
  };
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      done(null, next(chunk, false));
    },
    flush(done) {
      done(null, next(Buffer.alloc(0), true));
    },
  });
}

/** True if the bytes are UTF-8. They may end within a character unless they are the last. */
function areUtf8(bytes: Buffer, isLast: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isLast });
    return true;
  } catch {
    return false;
  }
}

function ignore(): void {
  // The reader of the stream handles its errors.
}
