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

/** Limits of one operation and one client, which protect all others. */
export const serviceLimitsSchema = z.strictObject({
  bodyBytes: limit(query.bodyBytes, "Bytes of a request's body, and of a message on a WebSocket."),
  tokens: limit(query.tokens, 'Tokens of a query: words, numbers and signs.'),
  depth: limit(query.depth, 'Levels of nested fields.'),
  nesting: limit(query.nesting, 'Levels of nested brackets, including those of values.'),
  aliases: limit(query.aliases, 'Aliased fields of a query.'),
  directives: limit(query.directives, 'Directives of a query.'),
  calls: limit(query.calls, 'Vendor calls: how many an operation may be estimated to need, and how many it may make.'),
  work: limit(query.work, 'Estimated fields of an operation, with as many rows as its page sizes allow.'),
  rows: limit(query.rows, 'Rows of connections that an operation may return.'),
  vendorBytes: limit(query.vendorBytes, "Bytes of vendors' answers that an operation may read."),
  answerBytes: limit(query.answerBytes, 'Bytes of messages and attributes in an answer.'),
  time: duration.prefault(formatDuration(query.timeMilliseconds)).describe('How long a query may take.'),
  measureOnly: z
    .boolean()
    .default(query.measureOnly)
    .describe(
      'Log operations that are over `calls`, `work`, `rows`, `vendorBytes` or `answerBytes`, and do not limit them: to find the right limits.',
    ),
  connections: limit(client.connections, 'Connections of all clients that are open at once.'),
  requestsPerSecond: limit(
    client.requestsPerSecond,
    'Requests and operations of one caller per second, with bursts of five seconds. A caller is an address; the loopback address is exempt.',
  ),
  operations: limit(client.operations, 'Requests, streams and operations of one caller that are under way at once.'),
  socketOperations: limit(client.socketOperations, 'Operations of one WebSocket that are under way at once.'),
  socketMessagesPerSecond: limit(
    client.socketMessagesPerSecond,
    'Messages and pings of one WebSocket per second, with bursts of five seconds.',
  ),
  socketBytesPerSecond: limit(
    client.socketBytesPerSecond,
    'Bytes that one WebSocket sends per second, with bursts of five seconds.',
  ),
  socketUnreadBytes: limit(client.socketUnreadBytes, 'Bytes that may wait for one WebSocket to read them.'),
  unreadBytes: z
    .int()
    .min(1)
    .max(2 ** 40)
    .optional()
    .describe(
      "Bytes of requests that are under way, and of answers that wait to be read, of all callers. Default: a quarter of the process's heap. One caller may have half of them, and less where others have some.",
    ),
  heldVendorBytes: z
    .int()
    .min(1)
    .max(2 ** 40)
    .optional()
    .describe(
      "Bytes for large answers of vendors, and for what is read of them, that all operations hold at once; small answers have a quarter as much beside it. Default: half of the process's heap.",
    ),
});

/** Converts the configured limits to the server's form. */
export function serviceLimits({
  time,
  unreadBytes = client.unreadBytes,
  heldVendorBytes = client.heldVendorBytes,
  ...same
}: z.output<typeof serviceLimitsSchema>): QueryLimits & ClientLimits {
  return { ...same, unreadBytes, heldVendorBytes, timeMilliseconds: time };
}
