import type { Call } from '../domain/call.ts';
import { TributaryError } from '../domain/errors.ts';
import type { LogEntry } from '../domain/log-entry.ts';
import type { LogFilter } from '../domain/log-filter.ts';
import { isFinished } from '../domain/status.ts';
import type { LogArguments, LogConnection, LogNode, SourceFailure, SourceScope } from './api.ts';
import { checkTimeBounds } from './arguments.ts';
import type { CursorCodec } from './cursor.ts';
import { isOfSource, mayRecover, sourceFailure } from './failures.ts';
import { checkLogFilter, filterKey } from './log-filter.ts';
import { LogEntryNode } from './log-node.ts';
import { endOfJob } from './job-end.ts';
import type { Around } from './merged-around.ts';
import type { Slot } from './merged-place.ts';
import { MergedConnection } from './merged-connection.ts';
import type { SlotFailure } from './merge.ts';
import type { MergedPage } from './merged-page.ts';
import { logSlots } from './log-slots.ts';
import type { LogSlots, ResolvedScope } from './log-slots.ts';
import { encodeNodeId } from './node-id.ts';
import { jobLoader } from './source.ts';
import { together, UnreadableRows } from './unreadable-rows.ts';

export interface LogConnectionOptions {
  /** Sorted and without repeats: see `sortScopes`. */
  readonly scopes: readonly ResolvedScope[];
  readonly args: LogArguments;
  /** The lines around a line, and not those of `args`. */
  readonly around?: Around | undefined;
  /** Read the log that a poller reads. */
  readonly follows?: boolean | undefined;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  readonly maxScanPages: number;
  /** How long after a job's end lines may still come, milliseconds. */
  readonly settleMilliseconds: number;
}

export function logConnection(options: LogConnectionOptions, call: Call): LogConnection {
  return new FederatedLogs(options, call);
}

/** The text that names a set of scopes; the order in which a client lists them does not matter. */
export function scopeKey({ source, scope }: SourceScope): string {
  return JSON.stringify([source, scope.job, scope.attempt ?? null, scope.step ?? null, scope.task ?? null]);
}

/** What the cursors of a log connection belong to: its scopes, filter and order. */
export function logConnectionKey(scopes: readonly ResolvedScope[], args: LogArguments): string {
  const names = scopes.map(({ source, scope }) => scopeKey({ source: source.name, scope }));
  return JSON.stringify(['logs', names, filterKey(args.filter ?? {}), args.descending === true]);
}

class FederatedLogs implements LogConnection {
  readonly #options: LogConnectionOptions;
  readonly #call: Call;
  readonly #filter: LogFilter;
  readonly #entries: MergedConnection<LogEntry, LogNode>;
  #accept: LogSlots['accept'];
  #failures: readonly SourceFailure[] = [];
  /** Sources that the page has listed as missing. */
  #missing: ReadonlySet<string | undefined> = new Set();

  constructor(options: LogConnectionOptions, call: Call) {
    const { since, until, ...filter } = options.args.filter ?? {};
    checkLogFilter(filter);
    this.#options = options;
    this.#call = call;
    this.#filter = filter;
    const descending = options.args.descending === true;
    this.#entries = new MergedConnection(
      {
        key: logConnectionKey(options.scopes, options.args),
        args: options.args,
        around: options.around,
        descending,
        ...checkTimeBounds({ since, until }),
        maxPageSize: options.maxPageSize,
        maxScanPages: options.maxScanPages,
        cursors: options.cursors,
        slots: () => this.#slots(),
        accept: () => this.#accept,
        nodeOf: (entry, slot) => this.#nodeOf(entry, slot),
        mayRecover,
        onFailures: (failures, slots) => {
          this.#onFailures(failures, slots);
        },
      },
      call,
    );
  }

  edges(): ReturnType<LogConnection['edges']> {
    return this.#entries.edges();
  }

  nodes(): ReturnType<LogConnection['nodes']> {
    return this.#entries.nodes();
  }

  pageInfo(): ReturnType<LogConnection['pageInfo']> {
    return this.#entries.pageInfo();
  }

  /** What a page has listed as missing can't be counted, which it has said. */
  async totalCount(): Promise<number | null> {
    try {
      return await this.#entries.totalCount();
    } catch (error) {
      if (error instanceof TributaryError && this.#missing.has(error.source)) return null;
      throw error;
    }
  }

  async failures(): Promise<readonly SourceFailure[]> {
    await this.#entries.read();
    return this.#failures;
  }

  /** Where it can't be known that a job is finished, it is not said to be. */
  async isComplete(): Promise<boolean> {
    const settled = await Promise.all(
      this.#options.scopes.map(async (scope) => this.#isSettled(scope).catch(() => false)),
    );
    return settled.every(Boolean);
  }

  async #slots(): Promise<readonly Slot<LogEntry>[]> {
    const { scopes, follows = false } = this.#options;
    const { slots, accept } = await logSlots(new Map(scopes.entries()), this.#filter, follows, this.#call);
    this.#accept = accept;
    return slots;
  }

  #nodeOf(entry: LogEntry, slot: Slot<LogEntry>): LogNode {
    const { source, scope } = this.#scopeOf(slot);
    return new LogEntryNode(source.name, scope.job, slot.partition.key, entry);
  }

  #scopeOf(slot: Slot<LogEntry>): ResolvedScope {
    const found = this.#options.scopes[slot.scope];
    if (found === undefined) throw new RangeError(`There is no scope ${slot.scope}.`);
    return found;
  }

  /** One scope that fails as a whole is an error unless that is to be listed; among several, each is a row of `failures`. */
  #onFailures(failures: MergedPage<LogEntry>['failures'], slots: readonly Slot<LogEntry>[]): void {
    const whole = failures.filter((failure) => !failure.partial);
    const isWholeFailure = whole.length > 0 && whole.length === slots.length;
    const first = isWholeFailure ? whole[0]?.error : undefined;
    const listed = this.#options.args.listFailures === true && isOfSource(first);
    if (this.#options.scopes.length === 1 && first !== undefined && !listed) throw asError(first);
    this.#missing = new Set(whole.map(({ slot }) => this.#scopeOf(slot).source.name));
    const rows = perScope(failures).map(({ slot, error, partial }) => ({
      scope: this.#scopeOf(slot),
      error: partial ? this.#partialFailure(slot, error) : error,
    }));
    const shown = rows.map(({ scope: { source, scope }, error }) =>
      sourceFailure(source.name, encodeNodeId('Job', source.name, scope.job), error),
    );
    // Partitions of one job mostly fail for one reason, which is said once.
    this.#failures = [...new Map(shown.map((failure) => [JSON.stringify(failure), failure])).values()];
  }

  #partialFailure(slot: Slot<LogEntry>, error: unknown): TributaryError {
    const { source } = this.#scopeOf(slot);
    const reason = error instanceof Error ? error.message : 'some entries are out of reach';
    const code = error instanceof UnreadableRows ? 'SOURCE_BAD_RESPONSE' : 'SOURCE_TRUNCATED';
    return new TributaryError(code, `${source.name}: ${reason}`, { source: source.name });
  }

  async #isSettled({ source, scope }: ResolvedScope): Promise<boolean> {
    const job = await jobLoader(source, this.#call).load(scope.job);
    if (job === null) throw notFound(source.name);
    if (!isFinished(job.status)) return false;
    const ended = endOfJob(job);
    return ended === null || Date.now() - ended >= this.#options.settleMilliseconds;
  }
}

/** One failure for all rows of a scope that could not be read, whichever of its partitions they are of. */
function perScope(failures: MergedPage<LogEntry>['failures']): MergedPage<LogEntry>['failures'] {
  const unreadable = new Map<number, SlotFailure<LogEntry>>();
  for (const failure of failures) {
    const { slot, error } = failure;
    if (!(error instanceof UnreadableRows)) continue;
    const before = unreadable.get(slot.scope)?.error;
    const sum = before instanceof UnreadableRows ? together(before.unreadable, error.unreadable) : error.unreadable;
    unreadable.set(slot.scope, { slot, error: new UnreadableRows(sum), partial: true });
  }
  return [...failures.filter(({ error }) => !(error instanceof UnreadableRows)), ...unreadable.values()];
}

function notFound(source: string): TributaryError {
  return new TributaryError('NOT_FOUND', `${source}: there is no such job.`, { source });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Unexpected error.', { cause: error });
}
