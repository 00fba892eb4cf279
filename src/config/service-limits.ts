import { getHeapStatistics } from 'node:v8';
import { DEFAULT_ROOM_BYTES } from '../http/room/answer-room.ts';

/** Upper bounds for one request. */
export interface QueryLimits {
  /** Bytes of a request's body, and of a message on a WebSocket. */
  readonly bodyBytes: number;
  /** Lexical tokens of the query. */
  readonly tokens: number;
  /** Levels of nested fields. */
  readonly depth: number;
  /** Levels of nested brackets, including those of values. */
  readonly nesting: number;
  readonly aliases: number;
  readonly directives: number;
  /** Vendor calls: how many an operation may be estimated to need, and how many it may make. */
  readonly calls: number;
  /** Rows of connections that an operation may return. */
  readonly rows: number;
  /** Estimated object fields of an operation, from its page sizes: see cost/estimate.ts. */
  readonly work: number;
  /** Bytes of vendors' answers that an operation may read. */
  readonly vendorBytes: number;
  /** Bytes of texts and attributes in an answer. */
  readonly answerBytes: number;
  /** How long a query may take, milliseconds. */
  readonly timeMilliseconds: number;
  /** True: operations over `calls`, `work`, `rows`, `vendorBytes` or `answerBytes` are logged, and not limited. */
  readonly measureOnly: boolean;
}

export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  bodyBytes: 1024 * 1024,
  tokens: 4_000,
  depth: 20,
  nesting: 200,
  aliases: 100,
  directives: 100,
  calls: 2_000,
  work: 250_000,
  rows: 100_000,
  vendorBytes: 256 * 1024 * 1024,
  answerBytes: 16 * 1024 * 1024,
  timeMilliseconds: 60_000,
  measureOnly: false,
};

/** Limits of clients. A caller is an address: see `src/server/client/address.ts`. */
export interface ClientLimits {
  /** Connections that are open at once, of all callers. */
  readonly connections: number;
  /** Requests and operations that one caller starts per second, with bursts of five seconds' worth. */
  readonly requestsPerSecond: number;
  /** Requests, streams and operations of one caller that are under way at once. */
  readonly operations: number;
  /** Operations of one WebSocket that are under way at once. */
  readonly socketOperations: number;
  /** Messages and pings that one WebSocket sends per second, with bursts of five seconds' worth. */
  readonly socketMessagesPerSecond: number;
  /** Bytes that one WebSocket sends per second, with bursts of five seconds' worth. */
  readonly socketBytesPerSecond: number;
  /** Bytes that wait until one WebSocket reads them. */
  readonly socketUnreadBytes: number;
  /** Bytes of requests that are under way, and of answers that wait until they are read, of all callers. One caller may have half of them, and less where others have some. */
  readonly unreadBytes: number;
  /** Bytes for large answers of vendors, and for what is read of them, that all operations hold. Small ones have a quarter beside it. */
  readonly heldVendorBytes: number;
}

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  connections: 10_000,
  requestsPerSecond: 200,
  operations: 2_000,
  socketOperations: 100,
  socketMessagesPerSecond: 50,
  socketBytesPerSecond: 1024 * 1024,
  socketUnreadBytes: 32 * 1024 * 1024,
  unreadBytes: Math.floor(getHeapStatistics().heap_size_limit / 4),
  heldVendorBytes: DEFAULT_ROOM_BYTES,
};

/**
 * Limits that a running service applies when it reloads its configuration. The others are fixed when the parser and the
 * validation rules are built.
 */
export const LIVE_LIMITS = [
  'calls',
  'work',
  'rows',
  'vendorBytes',
  'answerBytes',
  'timeMilliseconds',
  'measureOnly',
  'connections',
  'requestsPerSecond',
  'operations',
  'socketOperations',
  'socketMessagesPerSecond',
  'socketBytesPerSecond',
  'socketUnreadBytes',
  'unreadBytes',
  'heldVendorBytes',
] as const satisfies readonly (keyof (QueryLimits & ClientLimits))[];

export type LiveLimits = Pick<QueryLimits & ClientLimits, (typeof LIVE_LIMITS)[number]>;

export function liveLimits(limits: LiveLimits): LiveLimits {
  const { calls, work, rows, vendorBytes, answerBytes, timeMilliseconds, measureOnly } = limits;
  const { connections, requestsPerSecond, operations, socketOperations } = limits;
  const { socketMessagesPerSecond, socketBytesPerSecond, socketUnreadBytes, unreadBytes, heldVendorBytes } = limits;
  const ofQueries = { calls, work, rows, vendorBytes, answerBytes, timeMilliseconds, measureOnly };
  const ofSockets = { socketOperations, socketMessagesPerSecond, socketBytesPerSecond, socketUnreadBytes };
  return { ...ofQueries, ...ofSockets, connections, requestsPerSecond, operations, unreadBytes, heldVendorBytes };
}
