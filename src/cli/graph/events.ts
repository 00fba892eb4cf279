import { ServiceError } from './service-error.ts';

/** Longest event, in characters: more than any page of lines. */
const MOST_CHARACTERS = 2 ** 26;

export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Parses server-sent events from a text in parts. Skips comments, which are heartbeats. */
export async function* eventsIn(parts: AsyncIterable<string>): AsyncGenerator<ServerEvent, void, undefined> {
  let held = '';
  for await (const part of parts) {
    const blocks = (held + part).split('\n\n');
    held = blocks.pop() ?? '';
    if (held.length > MOST_CHARACTERS) throw new ServiceError('The service sent an event that is too long.');
    for (const block of blocks) {
      const event = eventIn(block);
      if (event !== null) yield event;
    }
  }
}

function eventIn(block: string): ServerEvent | null {
  const fields = block
    .split('\n')
    .map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1).trim()]);
  const textOf = (field: string): string =>
    fields.flatMap(([name, text = '']) => (name === field ? [text] : [])).join('\n');
  const name = textOf('event');
  return name === '' ? null : { name, data: textOf('data') };
}
