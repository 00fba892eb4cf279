import { setTimeout as sleep } from 'node:timers/promises';
import { createCall } from '../domain/call.ts';
import type { Call } from '../domain/call.ts';
import { hasCode, TributaryError } from '../domain/errors.ts';
import { isFinished } from '../domain/status.ts';
import { parseInstant } from '../domain/time.ts';
import type { Edge, LogNode, LogStreamEvent, SourceFailure, TailArguments } from './api.ts';
import { badInput } from './arguments.ts';
import { logConnection } from './log-connection.ts';
import type { LogConnectionOptions, ResolvedScope } from './log-connection.ts';
import { notFound } from './log-connection.ts';
import { jobLoader } from './source.ts';

/**
 * Follows jobs by polling: history from a cursor, or the last lines, or only what comes from now on. Each
 * subscription polls for itself, from its own position.
 */

export interface TailOptions extends Omit<LogConnectionOptions, 'args'> {
  readonly args: TailArguments;
  readonly pollMilliseconds: number;
  /** Aborted when the server shuts down. */
  readonly stopping: AbortSignal;
}

/** Entries per batch. */
const BATCH_SIZE = 500;

/** The longest wait between two polls of a source that fails, milliseconds. */
const MAX_WAIT = 15_000;

export async function* tailJobs(options: TailOptions, call: Call): AsyncGenerator<LogStreamEvent, void, undefined> {
  const { after, tail } = options.args;
  if (typeof after === 'string' && typeof tail === 'number') {
    throw badInput('Give after (resume from a cursor) or tail (begin with the last lines), not both.');
  }
  const follower = new Follower(options, call);
  yield* follower.begin();
  yield* follower.follow();
}

class Follower {
  readonly #options: TailOptions;
  readonly #call: Call;
  readonly #stop: AbortSignal;
  #cursor: string | null;
  #wait: number;
  #isLive = false;

  constructor(options: TailOptions, call: Call) {
    this.#options = options;
    this.#call = call;
    this.#stop = AbortSignal.any([call.signal, options.stopping]);
    this.#cursor = options.args.after ?? null;
    this.#wait = options.pollMilliseconds;
  }

  /** Where the stream begins: at the cursor, or at the end as it is now, with the last lines before it. */
  async *begin(): AsyncGenerator<LogStreamEvent, void, undefined> {
    if (this.#cursor !== null) return;
    const tail = this.#options.args.tail ?? 0;
    const page = this.#connection({ last: Math.max(1, tail) });
    const edges = await page.edges();
    this.#cursor = (await page.pageInfo()).endCursor;
    if (tail > 0 && edges.length > 0) yield this.#batch(edges, false);
  }

  async *follow(): AsyncGenerator<LogStreamEvent, void, undefined> {
    while (!this.#stop.aborted) {
      const events = await this.#poll();
      for (const event of events) yield event;
      const last = events.at(-1);
      if (last?.type === 'LogStreamEnd') return;
      if (last?.type === 'LogBatch' && last.hasMorePastEntries) continue;
      await sleep(this.#wait, undefined, { signal: this.#stop }).catch(() => undefined);
    }
    if (this.#options.stopping.aborted) yield this.#end('SERVER_SHUTDOWN');
  }

  async #poll(): Promise<readonly LogStreamEvent[]> {
    try {
      const page = this.#connection({ first: BATCH_SIZE, after: this.#cursor });
      const edges = await page.edges();
      const { endCursor, hasNextPage } = await page.pageInfo();
      const failures = await page.failures();
      this.#cursor = endCursor ?? this.#cursor;
      const [failure] = failures;
      this.#wait = failure === undefined ? this.#options.pollMilliseconds : this.#backOff(failure);
      const events: LogStreamEvent[] = [];
      if (edges.length > 0) events.push(this.#batch(edges, hasNextPage && failures.length === 0));
      if (failure !== undefined) return [...events, this.#failed(failure)];
      if (hasNextPage) return events;
      if (!this.#isLive) {
        this.#isLive = true;
        events.push({
          type: 'LogStreamStatus',
          state: 'LIVE',
          lagSeconds: 0,
          cursor: this.#cursor ?? '',
          failure: null,
        });
      }
      if (edges.length === 0 && (await this.#isSettled())) events.push(this.#end('JOB_FINISHED'));
      return events;
    } catch (error) {
      return this.#onError(error);
    }
  }

  #onError(error: unknown): readonly LogStreamEvent[] {
    if (this.#stop.aborted) return [];
    if (hasCode(error, 'NOT_FOUND') && this.#isLive) return [this.#end('SOURCE_GONE')];
    if (!(error instanceof TributaryError) || !error.code.startsWith('SOURCE_')) throw error;
    const failure: SourceFailure = {
      source: error.source ?? '',
      jobId: null,
      code: error.code,
      message: error.message,
      retryAfterSeconds: error.retryAfterSeconds ?? null,
    };
    this.#wait = this.#backOff(failure);
    return [this.#failed(failure)];
  }

  #backOff({ retryAfterSeconds }: SourceFailure): number {
    if (retryAfterSeconds !== null) return retryAfterSeconds * 1000;
    return Math.min(MAX_WAIT, this.#wait * 2);
  }

  #failed(failure: SourceFailure): LogStreamEvent {
    const state = failure.code === 'SOURCE_RATE_LIMITED' ? 'BACKING_OFF' : 'SOURCE_ERROR';
    return { type: 'LogStreamStatus', state, lagSeconds: null, cursor: this.#cursor ?? '', failure };
  }

  #batch(edges: readonly Edge<LogNode>[], hasMorePastEntries: boolean): LogStreamEvent {
    return {
      type: 'LogBatch',
      edges: edges.map((edge) => new OnTimeEdge(edge)),
      cursor: this.#cursor ?? '',
      hasMorePastEntries,
      mayRepeat: false,
      dropped: null,
    };
  }

  #end(reason: 'JOB_FINISHED' | 'SOURCE_GONE' | 'SERVER_SHUTDOWN'): LogStreamEvent {
    return { type: 'LogStreamEnd', reason, cursor: this.#cursor ?? '' };
  }

  /** A connection of its own for each poll: what one poll remembers must not hide what the next would see. */
  #connection(args: { first?: number; last?: number; after?: string | null }): ReturnType<typeof logConnection> {
    const { filter } = this.#options.args;
    return logConnection({ ...this.#options, args: { ...args, filter } }, this.#pollCall());
  }

  #pollCall(): Call {
    return createCall({ signal: this.#stop, authorization: this.#call.authorization, priority: 'poll' });
  }

  async #isSettled(): Promise<boolean> {
    const call = this.#pollCall();
    const settled = await Promise.all(this.#options.scopes.map((scope) => this.#isOver(scope, call)));
    return settled.every(Boolean);
  }

  async #isOver({ source, scope }: ResolvedScope, call: Call): Promise<boolean> {
    const job = await jobLoader(source, call).load(scope.job);
    if (job === null) throw notFound(source.name);
    if (!isFinished(job.status)) return false;
    const finished = job.finishedAt === null ? null : parseInstant(job.finishedAt);
    if (finished === null) return true;
    return Date.now() - Number(finished.nanoseconds / 1_000_000n) >= this.#options.settleMilliseconds;
  }
}

/** An edge that came in order. */
class OnTimeEdge {
  readonly late = false;
  readonly node: LogNode;
  readonly #edge: Edge<LogNode>;

  constructor(edge: Edge<LogNode>) {
    this.node = edge.node;
    this.#edge = edge;
  }

  get cursor(): string {
    return this.#edge.cursor;
  }
}
