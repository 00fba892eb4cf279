import { z } from 'zod';

/** The messages that replicas send each other about a job. */
export const MESSAGE_KINDS = [
  'began',
  'lines',
  'gap',
  'failed',
  'recovered',
  'polled',
  'ended',
  'released',
  'poke',
  'wake',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface Message {
  /** The position in the stream, as `milliseconds-sequence` by the clock of Redis. */
  readonly id: string;
  /** Consecutive: a jump means that a message was trimmed before it was read. */
  readonly number: number;
  readonly sender: string;
  readonly kind: MessageKind;
  readonly body: string;
}

/** Messages of one stream, in order. */
export interface StreamPart {
  readonly stream: string;
  readonly lastId: string;
  readonly messages: readonly Message[];
}

const entry = z.tuple([z.string(), z.array(z.string())]);
const reply = z.array(z.tuple([z.string(), z.array(entry)])).nullable();
const fields = z.tuple([
  z.literal('n'),
  z.coerce.number().int(),
  z.literal('o'),
  z.string(),
  z.literal('k'),
  z.enum(MESSAGE_KINDS),
  z.literal('b'),
  z.string(),
]);

/** Decodes the reply of XREAD. Skips entries that we did not write. Throws if the value is not such a reply. */
export function decodeStreams(value: unknown): readonly StreamPart[] {
  return (reply.parse(value) ?? []).map(([stream, entries]) => ({
    stream,
    lastId: entries.at(-1)?.[0] ?? '0-0',
    messages: decodeEntries(entries),
  }));
}

/** Decodes the reply of XREVRANGE. */
export function decodeRange(value: unknown): readonly Message[] {
  return decodeEntries(z.array(entry).parse(value));
}

function decodeEntries(entries: readonly z.infer<typeof entry>[]): Message[] {
  return entries.flatMap(([id, values]) => {
    const read = fields.safeParse(values);
    if (!read.success) return [];
    const [, number, , sender, , kind, , body] = read.data;
    return [{ id, number, sender, kind, body }];
  });
}

/** True if `id` comes after `other` in a stream. */
export function isAfter(id: string, other: string): boolean {
  const [time = 0, sequence = 0] = id.split('-').map(Number);
  const [otherTime = 0, otherSequence = 0] = other.split('-').map(Number);
  return time === otherTime ? sequence > otherSequence : time > otherTime;
}
