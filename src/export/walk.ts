import { setTimeout as wait } from 'node:timers/promises';
import type { Call } from '../domain/call.ts';
import { bytesOfEntry } from '../domain/entry-bytes.ts';
import { TributaryError } from '../domain/errors.ts';
import type { Federation, LogArguments, LogNode, SourceFailure, SourceScope } from '../federation/api.ts';
import { mayRecover, sourceFailure } from '../federation/failures.ts';

/**
 * Walks through the whole log of some jobs, page by page, for a caller that writes it. If a source fails on a page,
 * that page is not returned but requested again. So lines are always in order, and an export that was cut off continues
 * with exactly the missing lines.
 */

export interface ExportRequest extends Pick<LogArguments, 'filter' | 'descending'> {
  readonly scopes: readonly SourceScope[];
  /** Continue after this cursor. */
  readonly after?: string | null | undefined;
}

/** How an export ended. */
export interface ExportEnd {
  /**
   * complete: all lines up to the end of the log. truncated: all lines that the sources can return. failed: it stopped
   * before the end.
   */
  readonly status: 'complete' | 'truncated' | 'failed';
  /** Number of lines before this. */
  readonly lines: number;
  /** Where to continue; null if nothing was read. */
  readonly cursor: string | null;
  /** Why lines are missing: the failure of each source, and last the reason why the export stopped, if it did. */
  readonly failures: readonly ExportFailure[];
}

export type ExportFailure = Pick<SourceFailure, 'jobId' | 'code' | 'message'> & { readonly source: string | null };

/** A source that did not answer. */
class SourceFailed extends TributaryError {
  readonly failure: SourceFailure;

  constructor(failure: SourceFailure) {
    const { source, code, message, retryAfterSeconds } = failure;
    super(code, message, { source, retryAfterSeconds: retryAfterSeconds ?? undefined });
    this.failure = failure;
  }
}

export interface ExportSettings {
  /** Makes a new call for each page, because a call caches what it has read. Either of the signals below aborts it. */
  newCall(): Call;
  /** Aborted when the reader has left: the walk ends without an `ExportEnd`. */
  readonly gone: AbortSignal;
  /** Aborted when the process stops or the reader's time is over: the export fails, with a cursor to continue from. */
  readonly stopping: AbortSignal;
  /** Receives errors that are not ours. */
  onUnexpected?(error: unknown): void;
  /** Failures as the reader of the export knows the arguments that they name. Left out: as the graph names them. */
  readonly wording?: ((message: string) => string) | undefined;
  /** Pauses before a failed page is requested again, milliseconds. */
  readonly pauses?: readonly number[] | undefined;
}

const PAUSES = [1_000, 2_000, 5_000, 10_000, 20_000];
/** Longest pause that a source may ask for. */
const MAX_PAUSE = 60_000;

/** Pages start small and adapt to the size of lines, so that memory is bounded by bytes instead of lines. */
const FIRST_PAGE = 200;
const MAX_PAGE = 1_000;
const PAGE_BYTES = 2 ** 22;

export const SHUTTING_DOWN = new TributaryError('SOURCE_UNAVAILABLE', 'The service was stopped.', {
  retryAfterSeconds: 1,
});

/** Upper bound on reported failures. */
const MAX_FAILURES = 100;

/**
 * Yields lines, then how the walk ended. Throws before the first line if the first page cannot be read completely, or the walk is
 * stopped meanwhile.
 */
export async function* walkLogs(
  federation: Federation,
  request: ExportRequest,
  settings: ExportSettings,
): AsyncGenerator<readonly LogNode[] | ExportEnd, void, undefined> {
  const walk = new Walk(federation, request, settings);
  let page = await walk.readFirst();
  for (;;) {
    yield page.lines;
    if (page.end) return yield walk.end(null);
    try {
      page = await walk.readPatiently();
    } catch (error) {
      if (settings.gone.aborted) return;
      return yield walk.end(error);
    }
  }
}

interface ExportPage {
  readonly lines: readonly LogNode[];
  /** True for the last page. */
  readonly end: boolean;
}

class Walk {
  readonly #federation: Federation;
  readonly #request: ExportRequest;
  readonly #settings: ExportSettings;
  readonly #missing = new Map<string, ExportFailure>();
  readonly #stop: AbortSignal;
  #cursor: string | null;
  #size: number;
  #lines = 0;

  constructor(federation: Federation, request: ExportRequest, settings: ExportSettings) {
    this.#federation = federation;
    this.#request = request;
    this.#settings = settings;
    this.#stop = AbortSignal.any([settings.gone, settings.stopping]);
    this.#cursor = request.after ?? null;
    this.#size = Math.min(FIRST_PAGE, federation.maxPageSize);
  }

  /** Throws if a source fails; the walk then stays where it was. */
  async read(): Promise<ExportPage> {
    const { scopes, filter, descending } = this.#request;
    const args = { first: this.#size, after: this.#cursor, filter, descending, listFailures: true };
    const call = this.#settings.newCall();
    const connection = this.#federation.logs(scopes, args, call);
    const lines = await connection.nodes();
    const failures = await connection.failures();
    const whole = failures.find(({ isPartial }) => isPartial !== true);
    if (whole !== undefined) throw new SourceFailed(whole);
    const { hasNextPage, endCursor } = await connection.pageInfo();
    if (hasNextPage && (endCursor === null || endCursor === this.#cursor)) throw new Error('A walk does not get on.');
    const bytes = lines.reduce((sum, line) => sum + bytesOfEntry(line), 0);
    call.budget.hold(bytes);
    for (const failure of failures) this.#note(failure);
    this.#cursor = endCursor ?? this.#cursor;
    this.#lines += lines.length;
    this.#fit(lines.length, bytes);
    return { lines, end: !hasNextPage };
  }

  async readFirst(): Promise<ExportPage> {
    try {
      return await this.read();
    } catch (error) {
      throw this.#whyItEnds(error, error);
    }
  }

  /** Tries again if a source fails that may answer later. */
  async readPatiently(): Promise<ExportPage> {
    for (const pause of this.#settings.pauses ?? PAUSES) {
      try {
        return await this.read();
      } catch (error) {
        if (!mayRecover(error)) throw error;
        const asked = error instanceof TributaryError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
        await wait(Math.min(Math.max(asked, pause), MAX_PAUSE), undefined, { signal: this.#stop });
      }
    }
    return this.read();
  }

  end(stopped: unknown): ExportEnd {
    const error = stopped === null ? null : this.#whyItEnds(stopped, SHUTTING_DOWN);
    const missing = [...this.#missing.values()];
    const reached = { lines: this.#lines, cursor: this.#cursor };
    if (error === null) {
      return { status: missing.length === 0 ? 'complete' : 'truncated', ...reached, failures: missing };
    }
    const isOurs = error instanceof TributaryError;
    if (!isOurs) this.#settings.onUnexpected?.(error);
    const { jobId, code, message } = error instanceof SourceFailed ? error.failure : sourceFailure('', null, error);
    const source = isOurs ? (error.source ?? null) : null;
    return {
      status: 'failed',
      ...reached,
      failures: [...missing, { source, jobId, code, message: `${this.#worded(message)}${this.#goOn()}` }],
    };
  }

  /** The reason why the walk was stopped, if it was; `unsaid`: if the signal has none that readers may see. */
  #whyItEnds(error: unknown, unsaid: unknown): unknown {
    const { stopping } = this.#settings;
    if (!stopping.aborted) return error;
    const reason: unknown = stopping.reason;
    return reason instanceof TributaryError ? reason : unsaid;
  }

  #goOn(): string {
    return this.#settings.stopping.aborted && this.#cursor !== null ? ' Continue from the cursor.' : '';
  }

  #note({ source, jobId, code, message }: SourceFailure): void {
    const failure = { source, jobId, code, message: this.#worded(message) };
    if (this.#missing.size < MAX_FAILURES) this.#missing.set(JSON.stringify(failure), failure);
  }

  #worded(message: string): string {
    return this.#settings.wording?.(message) ?? message;
  }

  /** Chooses the size of the next page so that it takes about `PAGE_BYTES` of memory. */
  #fit(lines: number, bytes: number): void {
    if (lines === 0) return;
    const fitting = Math.floor((PAGE_BYTES * lines) / bytes);
    this.#size = Math.max(1, Math.min(this.#size * 2, fitting, MAX_PAGE, this.#federation.maxPageSize));
  }
}
