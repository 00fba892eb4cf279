import type { Json } from './json.ts';
import type { LogEntry } from './log-entry.ts';

/** What an entry takes beside its texts, with its place in a window and its node in the graph: measured, see docs/tail.md. */
const ENTRY_BYTES = 1_200;
/** What an object, a list, a member of one or a string takes beside its characters. */
const VALUE_BYTES = 24;

/**
 * About how many bytes an entry holds in memory, with everything in it: message, exceptions, attributes. Rather more than
 * less: a character counts as two bytes. Attributes have few levels (`withinDepth`).
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
