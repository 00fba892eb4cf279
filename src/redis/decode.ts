import { z } from 'zod';
import { MESSAGE_KINDS } from '../sharing/message.ts';
import type { Message } from '../sharing/message.ts';

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
