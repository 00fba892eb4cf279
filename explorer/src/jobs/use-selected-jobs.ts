import { useEffect, useMemo, useState } from 'react';
import { asApiError, isAbort, request } from '../api/request.ts';
import type { ApiError } from '../api/request.ts';
import { SelectedJobsDocument } from '../graphql/generated/graphql.ts';
import type { JobRowFragment } from '../graphql/generated/graphql.ts';
import { hasEnded } from './status-icon.tsx';

export interface SelectedJobs {
  /** Those that were found, in the order of the ids. */
  readonly jobs: readonly JobRowFragment[];
  readonly isLoading: boolean;
  readonly errors: readonly ApiError[];
}

const REFRESH_MILLISECONDS = 5_000;

/** The jobs with these ids, kept fresh until they have ended. */
export function useSelectedJobs(ids: readonly string[]): SelectedJobs {
  const key = ids.join(' ');
  const [state, setState] = useState<SelectedJobs & { readonly key: string }>({
    key: '',
    jobs: [],
    isLoading: true,
    errors: [],
  });
  useEffect(() => {
    const wanted = key === '' ? [] : key.split(' ');
    if (wanted.length === 0) return undefined;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function load(): Promise<void> {
      try {
        const { data, errors } = await request(SelectedJobsDocument, { ids: wanted }, abort.signal);
        const jobs = data.nodes.filter((node): node is JobRowFragment => node !== null && 'status' in node);
        setState({ key, jobs, isLoading: false, errors });
        if (jobs.every(({ status }) => hasEnded(status)) && errors.length === 0) return;
      } catch (error) {
        if (isAbort(error)) return;
        setState((before) => ({ ...before, key, isLoading: false, errors: [asApiError(error)] }));
        if (asApiError(error).code === 'BAD_USER_INPUT') return;
      }
      timer = setTimeout(() => void load(), REFRESH_MILLISECONDS);
    }

    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key]);
  // Meanwhile, show the jobs of the previous selection that are still selected.
  const jobs = useMemo(() => state.jobs.filter(({ id }) => key.split(' ').includes(id)), [state.jobs, key]);
  if (ids.length === 0) return { jobs, isLoading: false, errors: [] };
  return { jobs, isLoading: state.key !== key || state.isLoading, errors: state.key === key ? state.errors : [] };
}
