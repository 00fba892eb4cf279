/** Asks how many lines there are over time, and keeps the answer fresh while the jobs go on. */
import { useEffect, useState } from 'react';
import { asApiError, isAbort, request } from '../api/request.ts';
import type { ApiError } from '../api/request.ts';
import { HistogramDocument } from '../graphql/generated/graphql.ts';
import type { HistogramQuery, LogFilter } from '../graphql/generated/graphql.ts';

export type HistogramData = HistogramQuery['logHistogram'];

export interface HistogramState {
  /** While `isStale`, the data of the previous view: its bars stay until the new lines are counted. */
  readonly data: HistogramData | null;
  readonly isStale: boolean;
  readonly error: ApiError | null;
}

const BUCKETS = 72;
const REFRESH_MILLISECONDS = 10_000;
/** Counting may cost many calls of a vendor: at most this share of the time goes into it. */
const SHARE = 0.1;

interface Answer {
  readonly key: string;
  readonly data: HistogramData | null;
  readonly error: ApiError | null;
}

interface Scope {
  readonly jobs: readonly string[];
  readonly filter: LogFilter;
}

export function useHistogram({ jobs, filter }: Scope, isLive: boolean, isShown: boolean): HistogramState {
  // A text, so that equal scopes are one.
  const key = JSON.stringify({ jobs, filter });
  const [answer, setAnswer] = useState<Answer>({ key: '', data: null, error: null });
  useEffect(() => {
    if (!isShown) return undefined;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function count(): Promise<void> {
      const began = performance.now();
      try {
        const variables = { ...(JSON.parse(key) as Scope), buckets: BUCKETS };
        const { data } = await request(HistogramDocument, variables, abort.signal);
        setAnswer({ key, data: data.logHistogram, error: null });
      } catch (error) {
        if (isAbort(error)) return;
        setAnswer((before) => ({ key, data: before.key === key ? before.data : null, error: asApiError(error) }));
      }
      if (!isLive) return;
      timer = setTimeout(countIfSeen, Math.max(REFRESH_MILLISECONDS, (performance.now() - began) / SHARE));
    }

    function countIfSeen(): void {
      if (document.visibilityState === 'visible') void count();
      else timer = setTimeout(countIfSeen, REFRESH_MILLISECONDS);
    }

    void count();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, isLive, isShown]);
  const isStale = answer.key !== key;
  return { data: answer.data, isStale, error: isStale ? null : answer.error };
}
