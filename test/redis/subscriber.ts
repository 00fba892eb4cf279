import { createClient } from 'graphql-sse';
import { setTimeout as pause } from 'node:timers/promises';

interface Batch {
  readonly __typename: string;
  readonly cursor: string;
  readonly edges?: readonly { readonly node: { readonly message: string } }[];
  readonly state?: string;
  readonly reason?: string;
  readonly mayRepeat?: boolean;
}

const TAIL = `subscription ($jobs: [ID!]!, $after: String) {
  logEntries(jobs: $jobs, after: $after) {
    __typename
    ... on LogBatch { cursor mayRepeat edges { node { message } } }
    ... on LogStreamStatus { cursor state }
    ... on LogStreamEnd { cursor reason }
  }
}`;

/** A client that follows a job over server-sent events, and continues at the next replica if one is lost. */
export class Subscriber {
  readonly messages: string[] = [];
  /** How often it has connected to a replica. */
  visits = 0;
  isLive = false;
  reason: string | null = null;
  readonly #job: string;
  readonly #left = new AbortController();
  #cursor: string | null = null;
  readonly done: Promise<void>;

  /** Tries the replicas in this order, repeatedly. */
  constructor(job: string, urls: readonly string[]) {
    this.#job = job;
    this.done = this.#run(urls);
  }

  leave(): void {
    this.#left.abort();
  }

  async #run(urls: readonly string[]): Promise<void> {
    while (!this.#left.signal.aborted && this.reason === null) {
      const url = urls[this.visits % urls.length] ?? '';
      this.visits += 1;
      await this.#visit(url).catch(() => pause(50));
    }
  }

  async #visit(url: string): Promise<void> {
    const client = createClient({ url: `${url}/graphql`, singleConnection: false, retryAttempts: 0 });
    const leave = (): void => {
      client.dispose();
    };
    this.#left.signal.addEventListener('abort', leave);
    try {
      const variables = { jobs: [this.#job], after: this.#cursor };
      for await (const { data } of client.iterate<{ logEntries: Batch }>({ query: TAIL, variables })) {
        if (data?.logEntries !== undefined) this.#take(data.logEntries);
      }
    } finally {
      this.#left.signal.removeEventListener('abort', leave);
    }
  }

  #take(event: Batch): void {
    if (event.mayRepeat === true) throw new Error('This test is not about cursors that are too wide.');
    this.#cursor = event.cursor;
    for (const { node } of event.edges ?? []) this.messages.push(node.message);
    if (event.state === 'LIVE') this.isLive = true;
    if (event.reason === 'JOB_FINISHED') this.reason = event.reason;
  }
}
