import type { Jobs } from './jobs.ts';
import { SOURCES } from './sources.ts';
import type { Source } from './sources.ts';

/** A shape of query, and the calls that it costs. */
export interface Shape {
  readonly name: string;
  /** The query, sent once for each source in `calls`, or once for all of them if `together` is set. */
  readonly ask: (jobs: Jobs, source: Source, cursor: string) => string;
  readonly together?: boolean;
  /** A query that another instance of the service runs first: the field that it aliases `cursor` is passed to `ask`. */
  readonly before?: Shape['ask'];
  /** Number of clients that send this at the same time. */
  readonly clients?: number;
  /** Expected calls, such as `1 job + 2 logs`, with kinds as the simulated vendor names them; or `none`. */
  readonly calls: Calls;
  /** The least possible number, if it is smaller. */
  readonly least?: Calls;
  /** Why more calls are made than the least possible, or than one might expect. */
  readonly why?: string;
  /** Number of rows in the transferred log pages, if the table shows it. */
  readonly rows?: Readonly<Partial<Record<Source, number>>>;
  /** Number of lines in the answer; a number for each source if they differ. */
  readonly lines: number | Readonly<Partial<Record<Source, number>>>;
  /** Codes of the errors in the answer. */
  readonly errors?: readonly string[];
}

export type Calls = Readonly<Partial<Record<Source, string>>>;

type BySource<T> = Readonly<Partial<Record<Source, T>>>;

/** The same calls, or number of lines, at every source that is not named. */
export function everywhere<T>(usual: T, except: BySource<T> = {}): BySource<T> {
  return Object.fromEntries(SOURCES.map((source) => [source, except[source] ?? usual]));
}

export type Which = 'long' | 'short' | 'deep' | 'empty';

/** A field `job` with this selection. */
export function ofJob(which: Which, selection: string): Shape['ask'] {
  return (jobs, source, cursor) =>
    `{ job(source: "${source}", key: "${jobs[which][source]}") { ${selection.replaceAll('CURSOR', cursor)} } }`;
}

export const LINES = 'edges { cursor node { id message } }';
