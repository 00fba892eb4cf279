import type { Call } from '../../../domain/call.ts';
import { severityOf } from '../../../domain/severity.ts';
import type { LogSeverity } from '../../../domain/severity.ts';
import type { Federation, LineFilter, SourceFailure, SourceScope } from '../../api.ts';
import type { ResolvedScope } from '../slots.ts';

export type Logs = Pick<Federation, 'logs' | 'maxPageSize'>;

/** Most pages of lines that one histogram reads. */
export const MAX_PAGES = 20;

/** What is kept of a line. */
export interface ScannedLine {
  readonly time: bigint;
  readonly severity: LogSeverity;
  readonly source: string;
  readonly job: string;
}

/** Reads lines newest first, page by page. */
export class Scan {
  readonly lines: ScannedLine[] = [];
  readonly failures = new Map<string, SourceFailure>();
  readonly #logs: Logs;
  readonly #scopes: readonly SourceScope[];
  readonly #filter: LineFilter;
  readonly #call: Call;
  #after: string | null = null;
  #reachedStart = false;
  #isOver: boolean;

  constructor(logs: Logs, scopes: readonly SourceScope[], filter: LineFilter, call: Call) {
    this.#logs = logs;
    this.#scopes = scopes;
    this.#filter = filter;
    this.#call = call;
    // The lines of no job are all read.
    this.#isOver = this.#reachedStart = scopes.length === 0;
  }

  /** True if all lines that the sources return were read. */
  get reachedStart(): boolean {
    return this.#reachedStart;
  }

  /** True if there is nothing to read on, or a source failed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Reads at most so many pages. */
  async read(pages: number): Promise<void> {
    for (let page = 0; page < pages && !this.#isOver; page += 1) await this.#readPage();
  }

  async #readPage(): Promise<void> {
    const args = { first: this.#logs.maxPageSize, after: this.#after, filter: this.#filter };
    const connection = this.#logs.logs(this.#scopes, { ...args, descending: true, listFailures: true }, this.#call);
    for (const { time, severity, source, jobKey } of await connection.nodes()) {
      this.lines.push({ time, severity: severityOf(severity.number), source, job: jobKey });
    }
    for (const failure of await connection.failures()) this.failures.set(JSON.stringify(failure), failure);
    const { hasNextPage, endCursor } = await connection.pageInfo();
    this.#reachedStart = !hasNextPage;
    this.#isOver = !hasNextPage || endCursor === this.#after || this.failures.size > 0;
    this.#after = endCursor;
  }
}

/** The time of the oldest line; null: there is none. */
export async function oldestLine(
  logs: Logs,
  scopes: readonly ResolvedScope[],
  filter: LineFilter,
  call: Call,
): Promise<bigint | null> {
  const nodes = await logs.logs(namesOf(scopes), { first: 1, filter, listFailures: true }, call).nodes();
  return nodes[0]?.time ?? null;
}

export function namesOf(scopes: readonly ResolvedScope[]): readonly SourceScope[] {
  return scopes.map(({ source, scope }) => ({ source: source.name, scope }));
}
