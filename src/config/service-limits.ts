/** What one request may ask for at most. */
export interface QueryLimits {
  /** Bytes of a request's body, and of a message on a WebSocket. */
  readonly bodyBytes: number;
  /** Lexical tokens of the query. */
  readonly tokens: number;
  /** Fields within fields. */
  readonly depth: number;
  /** Brackets within brackets, also those of values. */
  readonly nesting: number;
  readonly aliases: number;
  readonly directives: number;
  /** Calls of vendors that an operation may need, and may make. */
  readonly calls: number;
  /** Rows of connections that an operation may show. */
  readonly rows: number;
  /** Fields of objects that the page sizes of an operation allow for: see cost/estimate.ts. */
  readonly work: number;
  /** Bytes of vendors' answers that an operation may read. */
  readonly vendorBytes: number;
  /** Bytes of texts and attributes that an answer may have. */
  readonly answerBytes: number;
  /** How long a query may take, milliseconds. */
  readonly timeMilliseconds: number;
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
};

/** What clients may take. A caller is an address: see client-address.ts. */
export interface ClientLimits {
  /** Connections that are open at once, of all callers. */
  readonly connections: number;
  /** Requests and operations that one caller starts per second; five seconds' worth at once. */
  readonly requestsPerSecond: number;
  /** Requests, streams and operations of one caller that are under way at once. */
  readonly operations: number;
  /** Operations of one WebSocket that are under way at once. */
  readonly socketOperations: number;
  /** Messages and pings that one WebSocket sends per second; five seconds' worth at once. */
  readonly socketMessagesPerSecond: number;
  /** Bytes that one WebSocket sends per second; five seconds' worth at once. */
  readonly socketBytesPerSecond: number;
  /** Bytes that wait for one WebSocket to read them. */
  readonly socketUnreadBytes: number;
}

export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  connections: 10_000,
  requestsPerSecond: 200,
  operations: 2_000,
  socketOperations: 100,
  socketMessagesPerSecond: 50,
  socketBytesPerSecond: 1024 * 1024,
  socketUnreadBytes: 32 * 1024 * 1024,
};

/** Limits that a running service takes when its configuration is read again. The others are built into what parses and validates. */
export const LIVE_LIMITS = [
  'calls',
  'work',
  'rows',
  'vendorBytes',
  'answerBytes',
  'timeMilliseconds',
  'connections',
  'requestsPerSecond',
  'operations',
  'socketOperations',
  'socketMessagesPerSecond',
  'socketBytesPerSecond',
  'socketUnreadBytes',
] as const satisfies readonly (keyof (QueryLimits & ClientLimits))[];

/** Those that a running service takes of what is configured. */
export type LiveLimits = Pick<QueryLimits & ClientLimits, (typeof LIVE_LIMITS)[number]>;

export function liveLimits(limits: LiveLimits): LiveLimits {
  const { calls, work, rows, vendorBytes, answerBytes, timeMilliseconds } = limits;
  const { connections, requestsPerSecond, operations, socketOperations } = limits;
  const { socketMessagesPerSecond, socketBytesPerSecond, socketUnreadBytes } = limits;
  const ofQueries = { calls, work, rows, vendorBytes, answerBytes, timeMilliseconds };
  const ofSockets = { socketOperations, socketMessagesPerSecond, socketBytesPerSecond, socketUnreadBytes };
  return { ...ofQueries, ...ofSockets, connections, requestsPerSecond, operations };
}
