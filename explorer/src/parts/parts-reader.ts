/** Reads the attempts, steps and tasks of one job, and keeps them fresh while the job goes on. */
import { ApiError, asApiError, isAbort, request } from '../api/request.ts';
import { AttemptPartsDocument, PartsDocument } from '../graphql/generated/graphql.ts';
import type { PartsQuery } from '../graphql/generated/graphql.ts';
import { hasEnded } from '../jobs/status-icon.tsx';
import { treeOf } from './part.ts';
import type { Part, PartRows } from './part.ts';

export interface JobParts {
  readonly job: string;
  readonly rows: PartRows;
  readonly tree: readonly Part[];
  /** More than are shown. */
  readonly hasMore: boolean;
  readonly errors: readonly ApiError[];
  /** Reads what is inside an attempt that is not the current one. */
  readonly open: (attempt: string) => void;
}

const SIZES = { attempts: 60, steps: 100, tasks: 200 } as const;
const REFRESH_MILLISECONDS = 10_000;
const NO_ROWS: PartRows = { attempts: [], steps: [], tasks: [] };

type JobNode = Extract<NonNullable<PartsQuery['node']>, { readonly status: unknown }>;

export class PartsReader {
  readonly #abort = new AbortController();
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rows = NO_ROWS;
  /** What is inside older attempts. */
  #inner = NO_ROWS;
  parts: JobParts;

  constructor(job: string, changed: () => void) {
    this.#changed = changed;
    const open = (attempt: string): void => void this.#open(attempt);
    this.parts = { job, rows: NO_ROWS, tree: [], hasMore: false, errors: [], open };
    void this.#load();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  async #load(): Promise<void> {
    try {
      const variables = { job: this.parts.job, ...SIZES };
      const { data, errors } = await request(PartsDocument, variables, this.#abort.signal);
      const { node } = data;
      if (!isJob(node)) {
        // There is no such job, which its log says.
        if (errors[0] === undefined) return;
        throw errors[0];
      }
      const { attempts, steps, tasks } = node;
      this.#rows = { attempts: attempts?.nodes ?? [], steps: steps?.nodes ?? [], tasks: tasks?.nodes ?? [] };
      this.#publish({ hasMore: hasMore(node), errors: [...errors, ...failuresOf(node)] });
      if (hasEnded(node.status)) return;
    } catch (error) {
      if (isAbort(error) || asApiError(error).code === 'BAD_USER_INPUT') return;
      this.#publish({ errors: [asApiError(error)] });
    }
    this.#timer = setTimeout(() => void this.#load(), REFRESH_MILLISECONDS);
  }

  async #open(attempt: string): Promise<void> {
    const variables = { attempt, steps: SIZES.steps, tasks: SIZES.tasks };
    try {
      const { node } = (await request(AttemptPartsDocument, variables, this.#abort.signal)).data;
      if (node === null || !('steps' in node)) return;
      const { steps, tasks } = node;
      this.#inner = {
        attempts: [],
        steps: [...this.#inner.steps, ...(steps?.nodes ?? [])],
        tasks: [...this.#inner.tasks, ...(tasks?.nodes ?? [])],
      };
      this.#publish({});
    } catch (error) {
      if (!isAbort(error)) this.#publish({ errors: [asApiError(error)] });
    }
  }

  #publish(change: Partial<JobParts>): void {
    if (this.#abort.signal.aborted) return;
    const rows = joined(this.#rows, this.#inner);
    this.parts = { ...this.parts, rows, tree: treeOf(rows), ...change };
    this.#changed();
  }
}

function isJob(node: PartsQuery['node']): node is JobNode {
  return node !== null && 'status' in node;
}

function hasMore({ attempts, steps, tasks }: JobNode): boolean {
  return (
    attempts?.pageInfo.hasPreviousPage === true ||
    steps?.pageInfo.hasNextPage === true ||
    tasks?.pageInfo.hasNextPage === true
  );
}

function failuresOf({ attempts, steps, tasks }: JobNode): readonly ApiError[] {
  return [attempts, steps, tasks].flatMap((connection) =>
    (connection?.failures ?? []).map(({ message }) => new ApiError(message)),
  );
}

/** The newest word on each part. */
function joined(rows: PartRows, inner: PartRows): PartRows {
  const byId = <Row extends { readonly id: string }>(older: readonly Row[], newer: readonly Row[]): readonly Row[] => [
    ...new Map([...older, ...newer].map((row) => [row.id, row])).values(),
  ];
  return {
    attempts: rows.attempts,
    steps: byId(inner.steps, rows.steps),
    tasks: byId(inner.tasks, rows.tasks),
  };
}
