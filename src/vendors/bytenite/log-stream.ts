import { JSONParser } from '@streamparser/json';
import type { ParsedElementInfo } from '@streamparser/json/utils/types/parsedElementInfo.js';
import { TributaryError } from '../../domain/errors.ts';
import { giveOut } from './log-groups.ts';
import type { LogItem } from './log-groups.ts';
import { Mismatch } from './log-instance.ts';
import { repairUtf8 } from './utf8.ts';

/** Lines, and the groups that they are in, so that a group of another type is noticed. The rest is passed over. */
const PATHS = [
  '$.partitioner.*',
  '$.partitioner',
  '$.assembler.*',
  '$.assembler',
  '$.taskrunner.*.logs.*',
  '$.taskrunner.*.logs',
  '$.taskrunner.*',
  '$.taskrunner',
  '$.ok',
  '$.code',
];

/**
 * Reads an answer of POST /logs to its end and gives out its lines one by one in the order of the body;
 * nothing of it is kept. Groups may be missing, null or empty.
 *
 * Rejects with SOURCE_BAD_RESPONSE for a body that is no JSON, is cut, is an error in disguise, or has
 * another shape (the message names the JSON path); with the body's own error where its bytes stop coming;
 * and with whatever `give` throws.
 */
export async function readLogStream(
  body: AsyncIterable<Uint8Array>,
  give: (item: LogItem) => void,
  source: string,
): Promise<void> {
  const parser = new JSONParser({ paths: PATHS, keepStack: false });
  // The parser wraps nothing, but it must stay clear whose error it was: its own messages quote the body.
  const thrown: Error[] = [];
  parser.onValue = (emitted) => {
    try {
      take(emitted, give);
    } catch (error) {
      thrown.push(error instanceof Error ? error : new Error('A reader of log lines failed.', { cause: error }));
      throw error;
    }
  };
  let begun = false;
  for await (const chunk of repairUtf8(body)) {
    begun ||= begins(chunk, source);
    try {
      parser.write(chunk);
    } catch {
      const [error] = thrown;
      if (error instanceof Mismatch) throw badResponse(source, `${error.path}: ${error.message}`);
      throw error ?? badResponse(source, 'expected JSON, got malformed JSON');
    }
  }
  if (!begun) throw badResponse(source, 'expected JSON, got an empty body');
  if (!parser.isEnded) throw badResponse(source, 'the answer ended before it was whole');
}

function take(emitted: ParsedElementInfo, give: (item: LogItem) => void): void {
  const { value, parent, key, stack } = emitted;
  const path = stack.slice(1).map((element) => element.key ?? '');
  path.push(key ?? '');
  // Members of an emitted container stay in the parser until it closes. Taken out here, they never add up.
  if (path.length > 1) {
    if (Array.isArray(parent)) parent.pop();
    else if (parent !== undefined && key !== undefined) Reflect.deleteProperty(parent, key);
  }
  giveOut(path, value, give);
}

/** Has the body begun with this chunk? Throws when it begins with anything but an object. */
function begins(chunk: Uint8Array, source: string): boolean {
  const head = new TextDecoder().decode(chunk).trimStart().slice(0, 1);
  if (head === '' || head === '{') return head !== '';
  throw badResponse(source, `expected a JSON object, got ${head === '<' ? 'HTML or XML' : 'something else'}`);
}

function badResponse(source: string, what: string): TributaryError {
  return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: ${what}`, { source });
}
