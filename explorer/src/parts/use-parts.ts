/** Reads the attempts, steps and tasks of a job, and keeps them fresh while the job goes on. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiError, asApiError, isAbort, request } from '../api/request.ts';
import { AttemptPartsDocument, PartsDocument } from '../graphql/generated/graphql.ts';
import type { PartsQuery } from '../graphql/generated/graphql.ts';
import { hasEnded } from '../jobs/status-icon.tsx';
import { treeOf } from './part.ts';
import type { Part, PartRows } from './part.ts';

export interface Parts {
  readonly rows: PartRows;
  readonly tree: readonly Part[];
  readonly isLoading: boolean;
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

interface State {
  readonly job: string | null;
  readonly rows: PartRows;
  /** What is inside older attempts. */
  readonly inner: PartRows;
  readonly status: 'loading' | 'done';
  readonly hasMore: boolean;
  readonly errors: readonly ApiError[];
}

const EMPTY: State = { job: null, rows: NO_ROWS, inner: NO_ROWS, status: 'done', hasMore: false, errors: [] };

export function useParts(job: string | null): Parts {
  const [state, setState] = useState<State>(EMPTY);
  const abort = useRef(new AbortController());
  useEffect(() => {
    if (job === null) return undefined;
    const own = new AbortController();
    abort.current = own;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState({ ...EMPTY, job, status: 'loading' });

    async function load(id: string): Promise<void> {
      try {
        const { data, errors } = await request(PartsDocument, { job: id, ...SIZES }, own.signal);
        const { node } = data;
        if (!isJob(node)) throw errors[0] ?? asApiError(null);
        setState((before) => ({
          ...before,
          ...partsOf(node),
          errors: [...errors, ...failuresOf(node)],
          status: 'done',
        }));
        if (hasEnded(node.status)) return;
      } catch (error) {
        if (isAbort(error)) return;
        setState((before) => ({ ...before, errors: [asApiError(error)], status: 'done' }));
      }
      timer = setTimeout(() => void load(id), REFRESH_MILLISECONDS);
    }

    void load(job);
    return () => {
      own.abort();
      clearTimeout(timer);
    };
  }, [job]);

  const open = useCallback((attempt: string): void => {
    const { signal } = abort.current;
    request(AttemptPartsDocument, { attempt, steps: SIZES.steps, tasks: SIZES.tasks }, signal)
      .then(({ data: { node } }) => {
        if (node === null || !('steps' in node)) return;
        const { steps, tasks } = node;
        setState((before) => ({
          ...before,
          inner: {
            attempts: [],
            steps: [...before.inner.steps, ...(steps?.nodes ?? [])],
            tasks: [...before.inner.tasks, ...(tasks?.nodes ?? [])],
          },
        }));
      })
      .catch((error: unknown) => {
        if (!isAbort(error)) setState((before) => ({ ...before, errors: [asApiError(error)] }));
      });
  }, []);

  const isCurrent = state.job === job && job !== null;
  const rows = useMemo(() => (isCurrent ? joined(state.rows, state.inner) : NO_ROWS), [isCurrent, state]);
  const tree = useMemo(() => treeOf(rows), [rows]);
  return {
    rows,
    tree,
    isLoading: job !== null && (!isCurrent || state.status === 'loading'),
    hasMore: isCurrent && state.hasMore,
    errors: isCurrent ? state.errors : [],
    open,
  };
}

function isJob(node: PartsQuery['node']): node is JobNode {
  return node !== null && 'status' in node;
}

function partsOf({ attempts, steps, tasks }: JobNode): Pick<State, 'rows' | 'hasMore'> {
  return {
    rows: { attempts: attempts?.nodes ?? [], steps: steps?.nodes ?? [], tasks: tasks?.nodes ?? [] },
    hasMore:
      attempts?.pageInfo.hasPreviousPage === true ||
      steps?.pageInfo.hasNextPage === true ||
      tasks?.pageInfo.hasNextPage === true,
  };
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
