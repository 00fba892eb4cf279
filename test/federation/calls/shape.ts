import type { Jobs } from './jobs.ts';
import { SOURCES } from './sources.ts';
import type { Source } from './sources.ts';

/** A shape of query, and the calls that it costs. */
export interface Shape {
  readonly name: string;
  /** The query, asked once of each source in `calls`; or once of all of them, where `together` is set. */
  readonly ask: (jobs: Jobs, source: Source, cursor: string) => string;
  readonly together?: boolean;
  /** Asked before, of another instance of the service: what it calls `cursor` is what `ask` gets. */
  readonly before?: Shape['ask'];
  /** How many clients ask this at the same time. */
  readonly clients?: number;
  /** Calls that are made: `1 job + 2 logs`, kinds as the simulated vendor names them; `none`. */
  readonly calls: Calls;
  /** The least possible, where that is less. */
  readonly least?: Calls;
  /** Why more calls are made than the least possible, or than one might think. */
  readonly why?: string;
  /** How many rows the pages of logs have that are transferred, where the table says it. */
  readonly rows?: Readonly<Partial<Record<Source, number>>>;
  /** How many lines the answer has; a number for each source where they differ. */
  readonly lines: number | Readonly<Partial<Record<Source, number>>>;
  /** Codes of the errors in the answer. */
  readonly errors?: readonly string[];
}

export type Calls = Readonly<Partial<Record<Source, string>>>;

/** The same calls at every source that is not named. */
export function everywhere(calls: string, except: Calls = {}): Calls {
  return Object.fromEntries(SOURCES.map((source) => [source, except[source] ?? calls]));
}

export type Which = 'long' | 'short' | 'deep' | 'empty';

/** A field `job` with that selection. */
export function ofJob(which: Which, selection: string): Shape['ask'] {
  return (jobs, source, cursor) =>
    `{ job(source: "${source}", key: "${jobs[which][source]}") { ${selection.replaceAll('CURSOR', cursor)} } }`;
}

export const LINES = 'edges { cursor node { id message } }';
