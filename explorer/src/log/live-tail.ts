import { openTail } from '../api/tail.ts';
import type { TailEvent } from '../api/tail.ts';
import type { ApiError } from '../api/request.ts';
import type { FailureFragment, LogFilter, LogStreamEndReason } from '../graphql/generated/graphql.ts';
import type { LogLine } from './line.ts';

export type TailState =
  | { readonly state: 'off' | 'connecting' | 'live' | 'catching-up' }
  /** The source asked for a pause or fails, and is asked again. */
  | { readonly state: 'slow' | 'source-error'; readonly failure: FailureFragment | null }
  /** The connection broke off; it is tried again at a time. */
  | { readonly state: 'waiting'; readonly error: ApiError; readonly until: number }
  | { readonly state: 'ended'; readonly reason: LogStreamEndReason }
  | { readonly state: 'failed'; readonly error: ApiError };

export interface LiveTailSink {
  lines(lines: readonly Omit<LogLine, 'segment'>[]): void;
  /** Lines are left out; null: it is not known how many. */
  dropped(count: number | null): void;
  state(state: TailState): void;
}

/** Lines are shown together that come within this time: one rendering for many batches. */
const GATHER_MILLISECONDS = 100;
const LONGEST_WAIT_MILLISECONDS = 30_000;
/** Where a log has no line yet, its first ones may come before the stream is open. */
const FIRST_LINES = 200;
/** Errors that waiting does not mend. */
const FINAL: ReadonlySet<string | null> = new Set([
  'BAD_USER_INPUT',
  'CURSOR_INVALID',
  'FORBIDDEN',
  'NOT_FOUND',
  'QUERY_TOO_COMPLEX',
  'UNAUTHENTICATED',
]);

/** Follows jobs from a cursor on, and comes back by itself, from the last cursor, when the connection breaks off. */
export class LiveTail {
  readonly #scope: { readonly jobs: readonly string[]; readonly filter: LogFilter };
  readonly #sink: LiveTailSink;
  #close: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #gathered: Omit<LogLine, 'segment'>[] = [];
  #cursor: string | null = null;
  /** Left out before the next line. */
  #gap: LogLine['gap'];
  #failures = 0;

  constructor(scope: { readonly jobs: readonly string[]; readonly filter: LogFilter }, sink: LiveTailSink) {
    this.#scope = scope;
    this.#sink = sink;
  }

  /** Begins after a cursor; null: the log is empty. Does nothing while it follows already. */
  start(after: string | null): void {
    if (this.#close !== null || this.#timer !== undefined) return;
    this.#cursor = after;
    this.#connect();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#gathering);
    this.#timer = undefined;
    this.#gathering = undefined;
    this.#gathered = [];
    this.#close?.();
    this.#close = null;
    this.#sink.state({ state: 'off' });
  }

  #connect(): void {
    this.#sink.state({ state: 'connecting' });
    const { jobs, filter } = this.#scope;
    const begin = this.#cursor === null ? { tail: FIRST_LINES } : { after: this.#cursor };
    this.#close = openTail(
      { jobs, filter, ...begin },
      {
        event: (event) => {
          this.#take(event);
        },
        over: (error) => {
          this.#close = null;
          if (error !== null) this.#comeBack(error);
        },
      },
    );
  }

  #take(event: TailEvent): void {
    this.#failures = 0;
    this.#cursor = event.cursor;
    switch (event.__typename) {
      case 'LogBatch':
        if (event.dropped !== null) {
          this.#sink.dropped(event.dropped.count);
          this.#gap = { count: event.dropped.count };
        }
        this.#gather(event.edges.map(({ cursor, late, node }) => ({ ...node, cursor, late })));
        break;
      case 'LogStreamStatus':
        this.#sink.state(stateOf(event));
        break;
      case 'LogStreamEnd':
        this.#flush();
        this.#end(event.reason);
        break;
    }
  }

  #end(reason: LogStreamEndReason): void {
    if (reason === 'JOB_FINISHED' || reason === 'SOURCE_GONE') {
      this.#close?.();
      this.#close = () => undefined;
      this.#sink.state({ state: 'ended', reason });
      return;
    }
    // The stream is as old as it may be, or the server goes down: another one goes on.
    this.#close?.();
    this.#close = null;
    this.#again(reason === 'SERVER_SHUTDOWN' ? 1_000 : 0);
  }

  #comeBack(error: ApiError): void {
    if (FINAL.has(error.code)) {
      this.#sink.state({ state: 'failed', error });
      return;
    }
    const wait = Math.min(LONGEST_WAIT_MILLISECONDS, 500 * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#sink.state({ state: 'waiting', error, until: Date.now() + wait });
    this.#again(wait);
  }

  #again(wait: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#connect();
    }, wait);
  }

  #gather(lines: readonly Omit<LogLine, 'segment'>[]): void {
    const [first, ...others] = lines;
    if (first === undefined) return;
    this.#gathered.push(this.#gap === undefined ? first : { ...first, gap: this.#gap }, ...others);
    this.#gap = undefined;
    this.#gathering ??= setTimeout(() => {
      this.#flush();
    }, GATHER_MILLISECONDS);
  }

  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const lines = this.#gathered;
    this.#gathered = [];
    if (lines.length > 0) this.#sink.lines(lines);
  }
}

function stateOf({ state, failure }: Extract<TailEvent, { __typename: 'LogStreamStatus' }>): TailState {
  switch (state) {
    case 'LIVE':
      return { state: 'live' };
    case 'CATCHING_UP':
      return { state: 'catching-up' };
    case 'BACKING_OFF':
      return { state: 'slow', failure };
    case 'SOURCE_ERROR':
      return { state: 'source-error', failure };
  }
}
