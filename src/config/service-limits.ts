import { getHeapStatistics } from 'node:v8';
import { z } from 'zod';
import { DEFAULT_ROOM_BYTES } from '../http/room/answer-room.ts';
import { duration } from './duration.ts';

/** Limits of one operation and one client, which protect all others. */

const bounded = (): z.ZodInt =>
  z
    .int()
    .min(1)
    .max(2 ** 40);

const limit = (initial: number, what: string): z.ZodDefault<z.ZodInt> => bounded().default(initial).describe(what);

const ofQueries = z.object({
  bodyBytes: limit(1024 * 1024, "Bytes of a request's body, and of a message on a WebSocket."),
  tokens: limit(4_000, 'Tokens of a query: words, numbers and signs.'),
  depth: limit(20, 'Levels of nested fields.'),
  nesting: limit(200, 'Levels of nested brackets, including those of values.'),
  aliases: limit(100, 'Aliased fields of a query.'),
  directives: limit(100, 'Directives of a query.'),
  calls: limit(2_000, 'Vendor calls: how many an operation may be estimated to need, and how many it may make.'),
  work: limit(250_000, 'Estimated fields of an operation, with as many rows as its page sizes allow.'),
  rows: limit(100_000, 'Rows of connections that an operation may return.'),
  vendorBytes: limit(256 * 1024 * 1024, "Bytes of vendors' answers that an operation may read."),
  answerBytes: limit(16 * 1024 * 1024, 'Bytes of messages and attributes in an answer.'),
  time: duration.prefault('1m').describe('How long a query may take.'),
  measureOnly: z
    .boolean()
    .default(false)
    .describe(
      'Log operations that are over `calls`, `work`, `rows`, `vendorBytes` or `answerBytes`, and do not limit them: to find the right limits.',
    ),
});

/** A caller is an address: see `src/server/client/address.ts`. */
const ofClients = z.object({
  connections: limit(10_000, 'Connections of all clients that are open at once.'),
  requestsPerSecond: limit(
    200,
    'Requests and operations of one caller per second, with bursts of five seconds. A caller is an address; the loopback address is exempt.',
  ),
  operations: limit(2_000, 'Requests, streams and operations of one caller that are under way at once.'),
  socketOperations: limit(100, 'Operations of one WebSocket that are under way at once.'),
  socketMessagesPerSecond: limit(50, 'Messages and pings of one WebSocket per second, with bursts of five seconds.'),
  socketBytesPerSecond: limit(1024 * 1024, 'Bytes that one WebSocket sends per second, with bursts of five seconds.'),
  socketUnreadBytes: limit(32 * 1024 * 1024, 'Bytes that may wait for one WebSocket to read them.'),
  unreadBytes: bounded()
    .optional()
    .describe(
      "Bytes of requests and reads that are under way, and of answers that wait to be read, of all callers. Default: a quarter of the process's heap. One caller may have half of them, and less where others have some.",
    ),
  heldVendorBytes: bounded()
    .optional()
    .describe(
      "Bytes for large answers of vendors, and for what is read of them, that all operations hold at once; small answers have a quarter as much beside it. Default: half of the process's heap.",
    ),
});

export const serviceLimitsSchema = z.strictObject({ ...ofQueries.shape, ...ofClients.shape });

export type QueryLimits = Readonly<Omit<z.output<typeof ofQueries>, 'time'> & { timeMilliseconds: number }>;
export type ClientLimits = Readonly<Record<keyof typeof ofClients.shape, number>>;

const { time: timeMilliseconds, ...sameDefaults } = ofQueries.parse({});

export const DEFAULT_QUERY_LIMITS: QueryLimits = { ...sameDefaults, timeMilliseconds };

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  ...ofClients.parse({}),
  unreadBytes: Math.floor(getHeapStatistics().heap_size_limit / 4),
  heldVendorBytes: DEFAULT_ROOM_BYTES,
};

/** Converts the configured limits to the server's form. */
export function serviceLimits({
  time,
  unreadBytes = DEFAULT_CLIENT_LIMITS.unreadBytes,
  heldVendorBytes = DEFAULT_CLIENT_LIMITS.heldVendorBytes,
  ...same
}: z.output<typeof serviceLimitsSchema>): QueryLimits & ClientLimits {
  return { ...same, unreadBytes, heldVendorBytes, timeMilliseconds: time };
}

/**
 * Limits that a running service applies when it reloads its configuration. The others are fixed when the parser and the
 * validation rules are built.
 */
const LIVE_LIMITS = [
  ...(['calls', 'work', 'rows', 'vendorBytes', 'answerBytes', 'timeMilliseconds', 'measureOnly'] as const),
  ...ofClients.keyof().options,
];

export type LiveLimits = Pick<QueryLimits & ClientLimits, (typeof LIVE_LIMITS)[number]>;

export function liveLimits(limits: LiveLimits): LiveLimits {
  // Each name of the list is a member of the result.
  return Object.fromEntries(LIVE_LIMITS.map((name) => [name, limits[name]])) as unknown as LiveLimits;
}
