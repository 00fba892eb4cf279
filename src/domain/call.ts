import { Budget } from './budget.ts';
import { NO_SPAN } from './span.ts';
import type { Span } from './span.ts';

/**
 * The context that one client request passes to every call it causes. One object per GraphQL operation, made in
 * `src/context.ts`; a tail makes one for each poll and for each page of its history.
 */
export interface Call {
  /** Aborted when the client disconnects or the operation is over. */
  readonly signal: AbortSignal;
  /** The caller's own `Authorization` header, for sources configured with `forward: true`. */
  readonly authorization: string | null;
  /** Who takes turns at a source that has many callers. */
  readonly asker: Asker;
  /** Interactive queries go before polls in a source's budget. */
  readonly priority: 'interactive' | 'poll';
  /** True if the caller soon reads again from where this read ends, so a look at what follows there can wait until then. */
  readonly comesAgain: boolean;
  /**
   * State that lives as long as this call, made on first use: loaders, memos, and promises of what is requested once
   * per call. `owner` is an object of the module that owns the state (for example its connector), so that owners cannot
   * collide.
   */
  scoped<T>(owner: object, name: string, create: () => T): T;
  /** What the operation may use of vendors and of this process. */
  readonly budget: Budget;
  /** Which shared or cached answers are too old for this call. */
  readonly recency: Recency;
  /** The trace span that this call belongs to. */
  readonly span: Span;
}

/** One operation. Callers take turns at a source, and so do the operations of one caller. */
export interface Asker {
  /** The caller's unique name; null: unknown, so the operation counts as a caller of its own. */
  readonly caller: string | null;
  /** The request's id in log lines. Left out: unknown. */
  readonly requestId?: string | undefined;
}

/** Times are from `performance.now()`, in milliseconds. */
export interface Recency {
  /** Answers to calls that began before this time are not used. */
  notBefore: number;
  /** True: each answer must come from a call that began after the previous answer had arrived. */
  readonly inSequence: boolean;
}

type CallOptions = Partial<
  Pick<Call, 'signal' | 'authorization' | 'asker' | 'priority' | 'comesAgain' | 'budget' | 'recency' | 'span'>
>;

/** A call without any state. */
export function createCall(options: CallOptions = {}): Call {
  // Not a WeakMap, which costs more to collect: calls are short, and what owns state lives longer.
  const states = new Map<object, Map<string, unknown>>();
  return {
    signal: options.signal ?? new AbortController().signal,
    authorization: options.authorization ?? null,
    asker: options.asker ?? { caller: null },
    priority: options.priority ?? 'interactive',
    comesAgain: options.comesAgain ?? false,
    // One of its own: what one call uses must not show in another.
    budget: options.budget ?? new Budget(null),
    recency: options.recency ?? { notBefore: -Infinity, inSequence: false },
    span: options.span ?? NO_SPAN,
    scoped<T>(owner: object, name: string, create: () => T): T {
      let owned = states.get(owner);
      if (owned === undefined) {
        owned = new Map();
        states.set(owner, owned);
      }
      if (!owned.has(name)) owned.set(name, create());
      // Only the owner reads what it made under this name.
      return owned.get(name) as T;
    },
  };
}

/** A call of the same operation with these changes and without any state. */
export function anotherCall(call: Call, changes: CallOptions): Call {
  const { signal, authorization, asker, priority, comesAgain, budget, span } = call;
  return createCall({ signal, authorization, asker, priority, comesAgain, budget, span, ...changes });
}

/** The same operation without any state: everything is requested again, also from the source. */
export function freshCall(call: Call): Call {
  const { inSequence } = call.recency;
  return anotherCall(call, { recency: { notBefore: performance.now(), inSequence } });
}

/**
 * The same call for a reader of a changing list: no page is older than the one before it. An answer that another caller
 * requested earlier may show the list before a row moved to that page.
 */
export function inSequence(call: Call): Call {
  return { ...call, recency: { notBefore: call.recency.notBefore, inSequence: true } };
}
