import type { Call } from '../../domain/call.ts';
import { TributaryError, unknownJob } from '../../domain/errors.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import { isFinished } from '../../domain/status.ts';
import type { LogArguments, LogConnection, LogNode, SourceFailure, SourceScope } from '../api.ts';
import { checkTimeBounds } from '../arguments.ts';
import type { CursorCodec } from '../cursor/codec.ts';
import { asError, isOfSource, mayRecover } from '../failures.ts';
import { checkLogFilter, filterKey } from '../log-filter/filter.ts';
import { LogEntryNode } from './node.ts';
import { filtersOfScopes } from './part-choice.ts';
import { endOfJob } from '../jobs/job-end.ts';
import type { Around } from '../merge/around.ts';
import type { Slot } from '../merge/place.ts';
import { MergedConnection } from '../merge/connection.ts';
import { shownFailures, wholeFailure } from '../merge/failures.ts';
import type { MergedPage } from '../merge/page.ts';
import { logSlots } from './slots.ts';
import type { LogSlots, ResolvedScope } from './slots.ts';
import { encodeNodeId } from '../node-id.ts';
import { jobLoader } from '../source.ts';

export interface LogConnectionOptions {
  /** Sorted and without repeats: see `scopeKey`. */
  readonly scopes: readonly ResolvedScope[];
  readonly args: LogArguments;
  /** If given, the page is the lines around this line, and `args` does not select it. */
  readonly around?: Around | undefined;
  /** True: read the log that a poller reads. */
  readonly follows?: boolean | undefined;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  readonly maxScanPages: number;
  /** How long after a job's end more lines may arrive, milliseconds. */
  readonly settleMilliseconds: number;
}

export function logConnection(options: LogConnectionOptions, call: Call): LogConnection {
  return new FederatedLogs(options, call);
}

/** A text that identifies a scope; sorting by it makes the order in which a client lists scopes irrelevant. */
export function scopeKey({ source, scope }: SourceScope): string {
  return JSON.stringify([source, scope.job, scope.attempt ?? null, scope.step ?? null, scope.task ?? null]);
}

/** What the cursors of a log connection are sealed for: its scopes, filter and order. */
export function logConnectionKey(scopes: readonly ResolvedScope[], args: LogArguments): string {
  const names = scopes.map(({ source, scope }) => scopeKey({ source: source.name, scope }));
  return JSON.stringify(['logs', names, filterKey(args.filter ?? {}), args.descending === true]);
}

class FederatedLogs implements LogConnection {
  readonly #options: LogConnectionOptions;
  readonly #call: Call;
  readonly #filterOf: (scope: SourceScope) => LogFilter;
  readonly #entries: MergedConnection<LogEntry, LogNode>;
  #accept: LogSlots['accept'];
  #failures: readonly SourceFailure[] = [];
  /** Sources that the page has listed in `failures`. */
  #missing: ReadonlySet<string | undefined> = new Set();

  constructor(options: LogConnectionOptions, call: Call) {
    const { since, until, ...filter } = options.args.filter ?? {};
    checkLogFilter(filter);
    this.#options = options;
    this.#call = call;
    this.#filterOf = filtersOfScopes(filter);
    const descending = options.args.descending === true;
    this.#entries = new MergedConnection(
      {
        key: () => logConnectionKey(options.scopes, options.args),
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

  /** Lines that the page lists as missing cannot be counted: the count is null. */
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

  /** False if it cannot be determined whether a job is finished. */
  async isComplete(): Promise<boolean> {
    const settled = await Promise.all(
      this.#options.scopes.map(async (scope) => this.#isSettled(scope).catch(() => false)),
    );
    return settled.every(Boolean);
  }

  async #slots(): Promise<readonly Slot<LogEntry>[]> {
    const { scopes, follows = false } = this.#options;
    const { slots, accept } = await logSlots(new Map(scopes.entries()), this.#filterOf, follows, this.#call);
    this.#accept = accept;
    return slots;
  }

  #nodeOf(entry: LogEntry, slot: Slot<LogEntry>): LogNode {
    const { source, scope } = this.#scopeOf(slot);
    return new LogEntryNode(source, scope.job, slot.partition.key, entry);
  }

  #scopeOf(slot: Slot<LogEntry>): ResolvedScope {
    const found = this.#options.scopes[slot.scope];
    if (found === undefined) throw new RangeError(`There is no scope ${slot.scope}.`);
    return found;
  }

  /**
   * If the only scope fails as a whole, the error is thrown, unless `listFailures` is set. With several scopes, each
   * failure is listed in `failures`.
   */
  #onFailures(failures: MergedPage<LogEntry>['failures'], slots: readonly Slot<LogEntry>[]): void {
    const error = wholeFailure(failures, slots);
    const listed = this.#options.args.listFailures === true && isOfSource(error);
    if (this.#options.scopes.length === 1 && error !== undefined && !listed) throw asError(error);
    this.#missing = new Set(
      failures.flatMap(({ slot, partial }) => (partial ? [] : [this.#scopeOf(slot).source.name])),
    );
    this.#failures = shownFailures(failures, (slot) => {
      const { source, scope } = this.#scopeOf(slot);
      return { source: source.name, jobId: encodeNodeId('Job', source.name, scope.job) };
    });
  }

  async #isSettled({ source, scope }: ResolvedScope): Promise<boolean> {
    const job = await jobLoader(source, this.#call).load(scope.job);
    if (job === null) throw unknownJob(source.name, scope.job);
    if (!isFinished(job.status)) return false;
    const ended = endOfJob(job);
    return ended === null || Date.now() - ended >= this.#options.settleMilliseconds;
  }
}
