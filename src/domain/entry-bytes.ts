import type { Json } from './json.ts';
import type { LogEntry } from './log-entry.ts';

/**
 * Memory of a line without its texts, including its slot in a window and its node in the graph: measured, see
 * docs/tail.md.
 */
const ENTRY_BYTES = 1_200;
/** Memory of an object, a list, a member or a string without its characters. */
const VALUE_BYTES = 24;

/**
 * Approximate memory use of a line with everything in it: message, exceptions, attributes. An overestimate: each
 * character counts as two bytes. The recursion is safe because `withinDepth` has limited the levels of attributes.
 */
export function bytesOfEntry(entry: Pick<LogEntry, 'message' | 'tie' | 'exceptions' | 'attributes'>): number {
  const { message, tie, exceptions, attributes } = entry;
  let bytes = ENTRY_BYTES + bytesOfText(message) + bytesOfText(tie) + bytesOfJson(attributes);
  for (const exception of exceptions) {
    bytes += 4 * VALUE_BYTES + bytesOfText(exception.type) + bytesOfText(exception.message);
    for (const { file, function: name } of exception.frames) {
      bytes += 4 * VALUE_BYTES + bytesOfText(file) + bytesOfText(name);
    }
  }
  return bytes;
}

function bytesOfText(text: string | null): number {
  return text === null ? 0 : VALUE_BYTES + 2 * text.length;
}

function bytesOfJson(value: Json): number {
  if (typeof value === 'string') return bytesOfText(value);
  if (typeof value !== 'object' || value === null) return VALUE_BYTES;
  let bytes = VALUE_BYTES;
  for (const [key, member] of Object.entries(value)) bytes += bytesOfText(key) + bytesOfJson(member);
  return bytes;
}
