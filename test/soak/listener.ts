import { setTimeout as pause } from 'node:timers/promises';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const TAIL = `subscription ($jobs: [ID!]!, $after: String) {
  logEntries(jobs: $jobs, after: $after) {
    __typename
    ... on LogBatch { cursor mayRepeat dropped { count } edges { node { message } } }
    ... on LogStreamStatus { cursor state }
    ... on LogStreamEnd { cursor reason }
  }
}`;

interface TailEvent {
  readonly cursor: string;
  readonly mayRepeat?: boolean;
  readonly dropped?: { readonly count: number | null } | null;
  readonly edges?: readonly { readonly node: { readonly message: string } }[];
  readonly state?: string;
  readonly reason?: string;
}

/** A client that follows one job to its end, and goes on at the next replica from its cursor when a connection breaks. */
export class Listener {
  /** How often each line has come, by its number. */
  readonly #counts = new Map<number, number>();
  readonly #job: string;
  readonly #urls: readonly string[];
  readonly #transport: 'SSE' | 'WebSocket';
  readonly #left = new AbortController();
  #cursor: string | null = null;
  /** The last that it was told. */
  #last = '';
  visits: number;
  received = 0;
  isLive = false;
  isOver = false;
  /** How often it was told that lines are missing, and that lines may come again. */
  dropped = 0;
  warned = 0;
  readonly done: Promise<void>;

  /** Begins at the replica of that index. A replica that is started in place of another one takes its place in `urls`. */
  constructor(job: string, urls: readonly string[], index: number) {
    this.#job = job;
    this.#urls = urls;
    this.#transport = index % 4 < 2 ? 'SSE' : 'WebSocket';
    this.visits = index;
    this.done = this.#run();
  }

  leave(): void {
    this.#left.abort();
  }

  /** How many of the lines with numbers below that have never come, and how many more than once. */
  lostAndRepeated(written: number): readonly [lost: number, repeated: number] {
    const counts = Array.from({ length: written }, (_, number) => this.#counts.get(number) ?? 0);
    return [counts.filter((count) => count === 0).length, counts.filter((count) => count > 1).length];
  }

  toString(): string {
    return `${this.#job} by ${this.#transport}, visit ${this.visits}, ${this.received} lines, ${this.#last}`;
  }

  async #run(): Promise<void> {
    while (!this.#left.signal.aborted && !this.isOver) {
      const url = this.#urls[this.visits % this.#urls.length] ?? '';
      this.visits += 1;
      await this.#visit(url).catch((error: unknown) => (this.#last = String(error)));
      await pause(100);
    }
  }

  async #visit(url: string): Promise<void> {
    const client =
      this.#transport === 'SSE'
        ? createSseClient({ url: `${url}/graphql`, retryAttempts: 0 })
        : createWebSocketClient({
            url: `${url.replace('http', 'ws')}/graphql`,
            webSocketImpl: WebSocket,
            retryAttempts: 0,
          });
    const leave = (): void => {
      void client.dispose();
    };
    this.#left.signal.addEventListener('abort', leave);
    try {
      const request = { query: TAIL, variables: { jobs: [this.#job], after: this.#cursor } };
      for await (const { data } of client.iterate<{ logEntries: TailEvent }>(request)) {
        if (data) this.#take(data.logEntries);
      }
    } finally {
      this.#left.signal.removeEventListener('abort', leave);
      leave();
    }
  }

  #take({ cursor, mayRepeat, dropped, edges = [], state, reason }: TailEvent): void {
    this.#cursor = cursor;
    if (mayRepeat === true) this.warned += 1;
    if (dropped) this.dropped += 1;
    for (const { node } of edges) {
      const number = Number(node.message.slice('line '.length));
      this.#counts.set(number, (this.#counts.get(number) ?? 0) + 1);
      this.received += 1;
    }
    this.#last = state ?? reason ?? 'lines';
    if (state === 'LIVE') this.isLive = true;
    if (reason === 'JOB_FINISHED') this.isOver = true;
  }
}
