import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Variables } from './follower.ts';

const QUERY = `subscription Tail($jobs: [ID!]!, $after: String, $tail: Int, $filter: LogFilter) {
  logEntries(jobs: $jobs, after: $after, tail: $tail, filter: $filter) {
    __typename
    ... on LogBatch { edges { node { message } } }
    ... on LogStreamStatus { state }
  }
}`;

type CrowdEvent =
  | { readonly __typename: 'LogBatch'; readonly edges: readonly { readonly node: { readonly message: string } }[] }
  | { readonly __typename: 'LogStreamStatus'; readonly state: string }
  | { readonly __typename: 'LogStreamEnd' };

/** One of many subscribers. */
export interface Member {
  readonly transport: 'its own WebSocket' | 'a WebSocket with others' | 'SSE';
  readonly lines: readonly string[];
  readonly isLive: boolean;
  /** True if it was told that the source wants to be left alone. */
  readonly isBackingOff: boolean;
  readonly problem: unknown;
}

export interface Crowd {
  readonly members: readonly Member[];
  /** Everybody says goodbye. */
  leave(): Promise<void>;
}

type Told = { -readonly [name in keyof Member]: Member[name] };

/** Subscribers on a WebSocket with others, for each that has one of its own and each that uses server-sent events. */
const OF_TEN = { own: 1, events: 1 };
/** Operations on one socket. */
const PER_SOCKET = 100;

/**
 * Subscribes so many times, in the mix of transports that a real crowd has: of ten, eight share sockets (100
 * operations on each), one has its own and one uses server-sent events. One alone has a WebSocket of its own.
 */
export function gather(url: string, count: number, variablesOf: (index: number) => Variables): Crowd {
  const goodbyes: (() => Promise<void>)[] = [];
  const members: Member[] = [];
  let shared: ReturnType<typeof connectWebSocket> | null = null;
  let onShared = 0;

  function connectWebSocket() {
    const client = createWebSocketClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    goodbyes.push(async () => {
      await client.dispose();
    });
    return client;
  }

  function connectSse() {
    const client = createSseClient({ url: `${url}/graphql`, retryAttempts: 0 });
    goodbyes.push(() => {
      client.dispose();
      return Promise.resolve();
    });
    return client;
  }

  function connect(transport: Member['transport']) {
    if (transport === 'SSE') return connectSse();
    if (transport === 'its own WebSocket') return connectWebSocket();
    if (shared === null || onShared === PER_SOCKET) [shared, onShared] = [connectWebSocket(), 0];
    onShared += 1;
    return shared;
  }

  for (let index = 0; index < count; index += 1) {
    const place = index % 10;
    const transport =
      place < OF_TEN.own ? 'its own WebSocket' : place < OF_TEN.own + OF_TEN.events ? 'SSE' : 'a WebSocket with others';
    const lines: string[] = [];
    const told: Told = { transport, lines, isLive: false, isBackingOff: false, problem: null };
    members.push(told);
    connect(transport).subscribe(
      { query: QUERY, variables: { ...variablesOf(index) } },
      {
        next({ data, errors }: { readonly data?: unknown; readonly errors?: unknown }) {
          if (errors !== undefined) told.problem ??= errors;
          // The query says what is in it.
          const event = (data as { readonly logEntries: CrowdEvent } | null | undefined)?.logEntries;
          if (event?.__typename === 'LogBatch') lines.push(...event.edges.map(({ node }) => node.message));
          if (event?.__typename === 'LogStreamStatus' && event.state === 'LIVE') told.isLive = true;
          if (event?.__typename === 'LogStreamStatus' && event.state === 'BACKING_OFF') told.isBackingOff = true;
        },
        error(error: unknown) {
          told.problem ??= error;
        },
        complete: () => undefined,
      },
    );
  }
  return {
    members,
    async leave() {
      await Promise.all(goodbyes.map((goodbye) => goodbye()));
    },
  };
}
