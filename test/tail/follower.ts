import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export type Transport = 'WebSocket' | 'SSE';

export interface Line {
  readonly cursor: string;
  readonly late: boolean;
  readonly id: string;
  readonly timestamp: string;
  readonly message: string;
}

export type StreamEvent =
  | {
      readonly __typename: 'LogBatch';
      readonly cursor: string;
      readonly hasMorePastEntries: boolean;
      readonly mayRepeat: boolean;
      readonly edges: readonly {
        readonly cursor: string;
        readonly late: boolean;
        readonly node: Pick<Line, 'id' | 'timestamp' | 'message'>;
      }[];
      readonly dropped: { readonly count: number; readonly reason: string } | null;
    }
  | {
      readonly __typename: 'LogStreamStatus';
      readonly cursor: string;
      readonly state: 'LIVE' | 'CATCHING_UP' | 'BACKING_OFF' | 'SOURCE_ERROR';
      readonly lagSeconds: number | null;
      readonly failure: { readonly code: string; readonly source: string } | null;
    }
  | { readonly __typename: 'LogStreamEnd'; readonly cursor: string; readonly reason: string };

export const TAIL = `subscription Tail($jobs: [ID!]!, $after: String, $tail: Int, $filter: LogFilter) {
  logEntries(jobs: $jobs, after: $after, tail: $tail, filter: $filter) {
    __typename
    ... on LogBatch {
      cursor hasMorePastEntries mayRepeat
      edges { cursor late node { id timestamp message(ansi: RAW) } }
      dropped { count reason }
    }
    ... on LogStreamStatus { cursor state lagSeconds failure { code source } }
    ... on LogStreamEnd { cursor reason }
  }
}`;

export interface Variables {
  readonly jobs: readonly string[];
  readonly after?: string | null;
  readonly tail?: number;
  readonly filter?: Readonly<Record<string, unknown>>;
}

/** A client that follows a log, and remembers everything that it was told. */
export interface Follower {
  readonly events: readonly StreamEvent[];
  /** All lines so far. */
  readonly lines: readonly Line[];
  /** The cursor of the last event. */
  readonly cursor: string | null;
  /** What went wrong, when something did. */
  readonly problem: unknown;
  readonly isOver: boolean;
  /** Resolves when it holds, also at once; rejects when the stream is over before it does. */
  until(holds: (follower: Follower) => boolean, what?: string): Promise<void>;
  /** Resolves when nothing more follows. */
  readonly over: Promise<void>;
  /** Takes the connection away without a goodbye. */
  kill(): void;
  /** Says goodbye. */
  leave(): Promise<void>;
}

export function follow(transport: Transport, url: string, variables: Variables, authorization?: string): Follower {
  const lines: Line[] = [];
  const events: StreamEvent[] = [];
  const waiting = new Set<() => void>();
  let cursor: string | null = null;
  let problem: unknown = null;
  let isOver = false;
  let finish = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });

  function changed(): void {
    for (const check of waiting) check();
  }

  const sink = {
    next({ data, errors }: { readonly data?: unknown; readonly errors?: unknown }) {
      if (errors !== undefined) problem ??= errors;
      // The query says what is in it.
      const event = (data as { readonly logEntries: StreamEvent } | null | undefined)?.logEntries;
      if (event === undefined) return;
      events.push(event);
      ({ cursor } = event);
      if (event.__typename === 'LogBatch') {
        for (const edge of event.edges) lines.push({ cursor: edge.cursor, late: edge.late, ...edge.node });
      }
      changed();
    },
    error(error: unknown) {
      problem ??= error;
      end();
    },
    complete() {
      end();
    },
  };
  function end(): void {
    isOver = true;
    changed();
    finish();
  }

  const connection =
    transport === 'SSE'
      ? overSse(url, variables, sink, authorization)
      : overWebSocket(url, variables, sink, authorization);

  const follower: Follower = {
    events,
    lines,
    get cursor() {
      return cursor;
    },
    get problem() {
      return problem;
    },
    get isOver() {
      return isOver;
    },
    over,
    until: (holds, what = 'what was waited for') =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (holds(follower)) resolve();
          else if (isOver) reject(new Error(`The stream is over before ${what}: ${describe(problem)}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
    ...connection,
  };
  return follower;
}

type Sink = {
  next(answer: { readonly data?: unknown; readonly errors?: unknown }): void;
  error(error: unknown): void;
  complete(): void;
};

function overWebSocket(url: string, variables: Variables, sink: Sink, authorization: string | undefined) {
  let socket: WebSocket | undefined;
  const note = (opened: WebSocket): void => {
    socket = opened;
  };
  class NotedWebSocket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols);
      // A process that is killed before it has opened reports that.
      this.on('error', () => undefined);
      note(this);
    }
  }
  const client = createWebSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: NotedWebSocket,
    retryAttempts: 0,
    ...(authorization === undefined ? {} : { connectionParams: { Authorization: authorization } }),
  });
  const unsubscribe = client.subscribe({ query: TAIL, variables: { ...variables } }, sink);
  return {
    kill() {
      socket?.terminate();
    },
    async leave() {
      unsubscribe();
      await client.dispose();
    },
  };
}

function overSse(url: string, variables: Variables, sink: Sink, authorization: string | undefined) {
  const client = createSseClient({
    url: `${url}/graphql`,
    retryAttempts: 0,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });
  const unsubscribe = client.subscribe({ query: TAIL, variables: { ...variables } }, sink);
  return {
    kill() {
      // The library's goodbye is to break the connection.
      unsubscribe();
      client.dispose();
      sink.complete();
    },
    leave() {
      unsubscribe();
      client.dispose();
      return Promise.resolve();
    },
  };
}

function describe(problem: unknown): string {
  return problem instanceof Error ? problem.message : JSON.stringify(problem);
}

export function isLive(follower: Follower): boolean {
  return follower.events.some((event) => event.__typename === 'LogStreamStatus' && event.state === 'LIVE');
}

export function hasEnded(follower: Follower): boolean {
  return follower.events.some(({ __typename }) => __typename === 'LogStreamEnd');
}

/** Ends what hangs: even a very slow machine is quicker. */
const LONGEST_MILLISECONDS = 90_000;

/** Resolves once it holds, looking often. */
export async function eventually(holds: () => boolean, what: string | (() => string)): Promise<void> {
  const deadline = performance.now() + LONGEST_MILLISECONDS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It never happened: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The number of times that each text occurs. */
export function multiset(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of [...texts].sort()) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
