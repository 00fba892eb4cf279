import { TributaryError } from '../../../../domain/errors.ts';
import { FairShare } from '../../../../domain/fair-share.ts';
import { Mismatch } from '../../../../http/body/mismatch.ts';
import { BeyondBounds, JsonScanner, MalformedJson } from './json-scanner.ts';
import { STREAM_BOUNDS } from '../../../../http/settings.ts';
import type { StreamBounds } from '../../../../http/settings.ts';
import { LogGroups } from './groups.ts';
import type { LogItem } from './groups.ts';

/** The number of bytes to scan before checking whether to yield to the event loop. */
const PIECE_BYTES = 4 * 1024;

/** A line is in memory in its parts, as one, as text and as what the text says. */
const COPIES = 4;

/** Memory is asked for in steps of this size. */
const STEP_BYTES = 1024 * 1024;

/**
 * Reads an answer of POST /logs to its end and passes on its lines one by one in the order of the body. Nothing is
 * kept but the line at hand, and `hold` is asked for its memory. Groups may be missing, null or empty. If a group occurs twice, all its lines are passed on.
 *
 * Rejects with SOURCE_BAD_RESPONSE if the body is not JSON, is cut, has other members but no groups (an error in
 * disguise), or has another shape (the message names the JSON path). Rejects with the body's own error if its bytes stop
 * coming, and with whatever `give` throws.
 */
export async function readLogStream(
  body: AsyncIterable<Uint8Array>,
  give: (item: LogItem) => void,
  source: string,
  bounds: StreamBounds = STREAM_BOUNDS,
  hold: (bytes: number) => Promise<void> | null = () => null,
): Promise<void> {
  const groups = new LogGroups(give);
  const scanner = new JsonScanner({
    bounds,
    enters: (path, container) => groups.enters(path, container),
    mayBeLine: (path) => groups.mayBeLine(path),
    onLine: (path, line) => {
      groups.line(path, line);
    },
    onValue: (path, value) => {
      groups.value(path, value);
    },
    onEnd: (path) => {
      groups.end(path);
    },
  });
  const share = new FairShare();
  let held = 0;
  for await (const chunk of body) {
    if (!scanner.isBegun) requireObject(chunk, source);
    try {
      // Readers filter each line at once, perhaps with a costly expression, and a body may arrive without a pause.
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      for (let at = 0; at < bytes.length;) {
        at = scanner.write(bytes, at, Math.min(bytes.length, at + PIECE_BYTES));
        if (share.isSpent()) await share.rest();
      }
    } catch (error) {
      if (error instanceof BeyondBounds) throw badResponse(source, error.message);
      if (error instanceof Mismatch) throw badResponse(source, error.text);
      throw error instanceof MalformedJson ? badResponse(source, 'expected JSON, got malformed JSON') : error;
    }
    const steps = Math.floor((scanner.keptBytes() * COPIES) / STEP_BYTES);
    if (steps === held) continue;
    held = steps;
    await hold(steps * STEP_BYTES);
  }
  if (!scanner.isBegun) throw badResponse(source, 'expected JSON, got an empty body');
  if (!scanner.isEnded) throw badResponse(source, 'the answer ended before it was whole');
}

/** Throws unless the body begins with an object. */
function requireObject(chunk: Uint8Array, source: string): void {
  const [head] = /[^\s\xef\xbb\xbf]/.exec(Buffer.from(chunk.subarray(0, 64)).toString('latin1')) ?? [];
  if (head === undefined || head === '{') return;
  throw badResponse(source, `expected a JSON object, got ${head === '<' ? 'HTML or XML' : 'something else'}`);
}

function badResponse(source: string, what: string): TributaryError {
  return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: ${what}`, { source });
}
