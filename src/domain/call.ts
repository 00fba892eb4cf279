import { UNLIMITED } from './budget.ts';
import type { Budget } from './budget.ts';
import { NO_SPAN } from './span.ts';
import type { Span } from './span.ts';

/**
 * What one client request carries down to every call that it causes. One object per GraphQL operation, made in
 * `src/context.ts`; a tail makes one for each poll and for each page of its history.
 */
export interface Call {
  /** Aborted when the client goes away or the operation is over. */
  readonly signal: AbortSignal;
  /** The caller's own `Authorization` header, for sources configured with `forward: true`. */
  readonly authorization: string | null;
  /** Whose turn it takes where many ask one source. */
  readonly asker: Asker;
  /** Polls give way to interactive queries in a source's budget. */
  readonly priority: 'interactive' | 'poll';
  /**
   * State that lives as long as this call, made on first use: loaders, memos, and promises of what is asked once per
   * call. `owner` is an object of the module that owns the state (its connector, say), so that owners cannot meet.
   */
  scoped<T>(owner: object, name: string, create: () => T): T;
  /** What it may use of vendors and of this process. */
  readonly budget: Budget;
  /** Which answers that others have asked for, or that are remembered, are too old for this call. */
  readonly recency: Recency;
  /** The step of a trace that this is asked for. */
  readonly span: Span;
}

/** One operation. Callers take turns at a source, and so do the operations of one caller. */
export interface Asker {
  /** The caller, by a unique name; null: unknown, so the operation stands for itself. */
  readonly caller: string | null;
}

/** Times are those of `performance.now()`, milliseconds. */
export interface Recency {
  /** Answers to calls that began before this are not taken. */
  notBefore: number;
  /** Must each answer have been asked for after the one before it had come? */
  readonly inSequence: boolean;
}

type CallOptions = Partial<
  Pick<Call, 'signal' | 'authorization' | 'asker' | 'priority' | 'budget' | 'recency' | 'span'>
>;

/** A call with nothing in it yet. */
export function createCall(options: CallOptions = {}): Call {
  const states = new WeakMap<object, Map<string, unknown>>();
  return {
    signal: options.signal ?? new AbortController().signal,
    authorization: options.authorization ?? null,
    asker: options.asker ?? { caller: null },
    priority: options.priority ?? 'interactive',
    budget: options.budget ?? UNLIMITED,
    recency: options.recency ?? { notBefore: -Infinity, inSequence: false },
    span: options.span ?? NO_SPAN,
    scoped<T>(owner: object, name: string, create: () => T): T {
      let owned = states.get(owner);
      if (owned === undefined) {
        owned = new Map();
        states.set(owner, owned);
      }
      if (!owned.has(name)) owned.set(name, create());
      // The owner alone reads what it made under this name.
      return owned.get(name) as T;
    },
  };
}

/** A call of the same operation with nothing remembered, and what is changed. */
export function anotherCall(call: Call, changes: CallOptions): Call {
  const { signal, authorization, asker, priority, budget, span } = call;
  return createCall({ signal, authorization, asker, priority, budget, span, ...changes });
}

/** The same caller with nothing remembered: what is asked with it is asked afresh, also of the source. */
export function freshCall(call: Call): Call {
  const { inSequence } = call.recency;
  return anotherCall(call, { recency: { notBefore: performance.now(), inSequence } });
}

/**
 * The same call for one reader of a list that moves: no page that it gets is older than the one that it got
 * before. What others asked for earlier may show a list in which rows had not yet been pushed to that page.
 */
export function inSequence(call: Call): Call {
  return { ...call, recency: { notBefore: call.recency.notBefore, inSequence: true } };
}
