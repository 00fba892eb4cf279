import { readStamp } from './stamp.ts';
import type { Transport, TransportFactory } from './transports.ts';

const QUERY = `subscription Tail($jobs: [ID!]!, $after: String) {
  logEntries(jobs: $jobs, after: $after) {
    __typename
    ... on LogBatch { cursor edges { late node { message job { id } } } dropped { count } }
    ... on LogStreamStatus { state cursor }
    ... on LogStreamEnd { reason cursor }
  }
}`;

type StreamEvent =
  | {
      readonly __typename: 'LogBatch';
      readonly cursor: string;
      readonly edges: readonly {
        readonly late: boolean;
        readonly node: { readonly message: string; readonly job: { readonly id: string } };
      }[];
      readonly dropped: { readonly count: number } | null;
    }
  | { readonly __typename: 'LogStreamStatus'; readonly state: string; readonly cursor: string }
  | { readonly __typename: 'LogStreamEnd'; readonly reason: string; readonly cursor: string };

interface StreamResult {
  readonly data?: { readonly logEntries: StreamEvent } | null;
  readonly errors?: unknown;
}

const connected = new Set<Subscriber>();

/** Cuts every connection that is open. */
export function cutAll(): void {
  for (const subscriber of connected) subscriber.cut();
}

/** One client: it remembers what it got and, when its connection breaks, goes on from its last cursor. */
export class Subscriber {
  readonly #jobs: readonly string[];
  readonly #connect: TransportFactory;
  readonly #seen = new Map<string, Set<number>>();
  #transport: Transport | null = null;
  #cursor: string | null = null;
  #latencies: number[] = [];
  #live: (() => void) | null = null;
  /** Lines that came a second time. */
  repeated = 0;
  late = 0;
  /** Lines that the server said it dropped. */
  dropped = 0;
  received = 0;
  /** Times that the server closed the connection. */
  closed = 0;

  constructor(jobs: readonly string[], connect: TransportFactory) {
    this.#jobs = jobs;
    this.#connect = connect;
  }

  /** Subscribes, from the last cursor where there is one, and resolves when the stream is live. */
  async open(): Promise<void> {
    const live = new Promise<void>((resolve) => {
      this.#live = resolve;
    });
    this.#subscribe();
    await live;
  }

  /** Cuts the connection without a goodbye, as a network does. */
  cut(): void {
    connected.delete(this);
    const transport = this.#transport;
    this.#transport = null;
    transport?.cut();
  }

  pause(): void {
    this.#transport?.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#transport?.resume();
  }

  /** Latencies of the lines since the last time this was asked, milliseconds. */
  takeLatencies(): readonly number[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }

  #subscribe(): void {
    connected.add(this);
    const variables = { jobs: this.#jobs, after: this.#cursor };
    const transport = this.#connect({
      query: QUERY,
      variables,
      onEvent: (result) => {
        this.#take(result as StreamResult);
      },
      onClose: () => {
        // Counts only what the server closed: a connection that we cut is no longer ours.
        if (this.#transport !== transport) return;
        this.closed += 1;
        this.#subscribe();
      },
    });
    this.#transport = transport;
  }

  #take({ data, errors }: StreamResult): void {
    const now = Date.now();
    if (data === undefined || data === null) throw new Error(`A subscriber got errors: ${JSON.stringify(errors)}`);
    const event = data.logEntries;
    this.#cursor = event.cursor;
    if (event.__typename === 'LogStreamEnd') throw new Error(`A stream has ended: ${event.reason}`);
    if (event.__typename === 'LogStreamStatus') {
      if (event.state === 'LIVE') this.#live?.();
      return;
    }
    this.dropped += event.dropped?.count ?? 0;
    for (const { late, node } of event.edges) {
      const { number, at } = readStamp(node.message);
      this.#latencies.push(now - at);
      if (late) this.late += 1;
      this.#count(node.job.id, number);
    }
  }

  #count(job: string, number: number): void {
    let seen = this.#seen.get(job);
    if (seen === undefined) this.#seen.set(job, (seen = new Set()));
    if (seen.has(number)) this.repeated += 1;
    else this.received += 1;
    seen.add(number);
  }
}
