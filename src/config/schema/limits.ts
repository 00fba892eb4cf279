import { z } from 'zod';
import { duration, formatDuration } from '../duration.ts';
import { DEFAULT_CLIENT_LIMITS } from '../service-limits.ts';
import type { ClientLimits } from '../service-limits.ts';
import { DEFAULT_QUERY_LIMITS } from '../service-limits.ts';
import type { QueryLimits } from '../service-limits.ts';

const limit = (initial: number, what: string): z.ZodDefault<z.ZodInt> =>
  z
    .int()
    .min(1)
    .max(2 ** 40)
    .default(initial)
    .describe(what);

const query = DEFAULT_QUERY_LIMITS;
const client = DEFAULT_CLIENT_LIMITS;

/** What one operation, and one client, may take from all others. */
export const serviceLimitsSchema = z.strictObject({
  bodyBytes: limit(query.bodyBytes, "Bytes of a request's body, and of a message on a WebSocket."),
  tokens: limit(query.tokens, 'Words, numbers and signs of a query.'),
  depth: limit(query.depth, 'Fields within fields.'),
  nesting: limit(query.nesting, 'Brackets within brackets, also those of values.'),
  aliases: limit(query.aliases, 'Fields of a query that are given another name.'),
  directives: limit(query.directives, 'Directives of a query.'),
  calls: limit(query.calls, 'Calls of vendors that an operation may be expected to need, and may make.'),
  work: limit(
    query.work,
    'Fields, of all rows that the page sizes allow for, that an operation may be expected to give.',
  ),
  rows: limit(query.rows, 'Rows of connections that an operation may give.'),
  vendorBytes: limit(query.vendorBytes, "Bytes of vendors' answers that an operation may read."),
  answerBytes: limit(query.answerBytes, 'Bytes of messages and attributes that an answer may have.'),
  time: duration.prefault(formatDuration(query.timeMilliseconds)).describe('How long a query may take.'),
  connections: limit(client.connections, 'Connections of all clients that are open at once.'),
  requestsPerSecond: limit(
    client.requestsPerSecond,
    'Requests and operations of one caller per second; five seconds of them at once. A caller is an address; the loopback is none.',
  ),
  operations: limit(client.operations, 'Requests, streams and operations of one caller that are under way at once.'),
  socketOperations: limit(client.socketOperations, 'Operations of one WebSocket that are under way at once.'),
  socketMessagesPerSecond: limit(
    client.socketMessagesPerSecond,
    'Messages and pings of one WebSocket per second; five seconds of them at once.',
  ),
  socketBytesPerSecond: limit(
    client.socketBytesPerSecond,
    'Bytes that one WebSocket sends per second; five seconds of them at once.',
  ),
  socketUnreadBytes: limit(client.socketUnreadBytes, 'Bytes that may wait for one WebSocket to read them.'),
});

/** What the configuration says, in the server's words. */
export function serviceLimits({ time, ...same }: z.output<typeof serviceLimitsSchema>): QueryLimits & ClientLimits {
  return { ...same, timeMilliseconds: time };
}
