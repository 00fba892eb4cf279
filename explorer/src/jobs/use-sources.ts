import { useEffect, useState } from 'react';
import { asApiError, isAbort, request } from '../api/request.ts';
import type { ApiError } from '../api/request.ts';
import { SourceHealthDocument, SourcesDocument } from '../graphql/generated/graphql.ts';
import type { SourceHealthQuery, SourcesQuery } from '../graphql/generated/graphql.ts';

export type SourceRow = SourcesQuery['sources'][number];
export type Health = NonNullable<NonNullable<SourceHealthQuery['source']>['health']>;

export interface Sources {
  readonly sources: readonly SourceRow[];
  readonly isLoading: boolean;
  /** By name; absent until it is known. */
  readonly health: Readonly<Record<string, Health>>;
  readonly error: ApiError | null;
}

const HEALTH_MILLISECONDS = 30_000;

/** The sources at once, and how each is doing when that is known: a slow one holds up no other. */
export function useSources(): Sources {
  const [state, setState] = useState<Sources>({ sources: [], isLoading: true, health: {}, error: null });
  useEffect(() => {
    const abort = new AbortController();

    async function ask(name: string): Promise<void> {
      try {
        const { data } = await request(SourceHealthDocument, { name }, abort.signal);
        const health = data.source?.health;
        if (health === null || health === undefined) return;
        setState((before) => ({ ...before, health: { ...before.health, [name]: health } }));
      } catch (error) {
        if (!isAbort(error)) setState((before) => ({ ...before, error: asApiError(error) }));
      }
    }

    async function load(): Promise<void> {
      try {
        const { data } = await request(SourcesDocument, {}, abort.signal);
        setState((before) => ({ ...before, sources: data.sources, isLoading: false, error: null }));
        for (const { name } of data.sources) void ask(name);
      } catch (error) {
        if (!isAbort(error)) setState((before) => ({ ...before, error: asApiError(error) }));
      }
    }

    void load();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void load();
    }, HEALTH_MILLISECONDS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, []);
  return state;
}

const HUES = 8;

/** A source has the same colour wherever it is shown. */
export function hueOf(name: string, sources: readonly SourceRow[]): number {
  const index = sources.findIndex((source) => source.name === name);
  return (index === -1 ? 0 : index) % HUES;
}
