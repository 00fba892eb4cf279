/** Which parts narrow the log: all that is chosen is in the view, and so in the address. */
import { navigate, shownJobs } from '../state/view.ts';
import type { View } from '../state/view.ts';
import type { PartKind } from './part.ts';

export const FIELDS = { attempt: 'attempts', step: 'steps', task: 'tasks' } as const satisfies Readonly<
  Record<PartKind, keyof View>
>;

const NO_PARTS = { attempts: [], steps: [], tasks: [] } satisfies Partial<View>;

export interface PartName {
  readonly kind: PartKind;
  readonly key: string;
}

/** Parts of several jobs may have the same key: lines of it are shown of the jobs that are shown. */
export function isChosen(view: View, job: string, { kind, key }: PartName): boolean {
  return view[FIELDS[kind]].includes(key) && shownJobs(view).includes(job);
}

/**
 * Shows the lines of a part of a job alone, or, when they are shown already, all lines again. `add` keeps other parts of its kind,
 * and their jobs.
 */
export function choosePart(view: View, job: string, part: PartName, add: boolean): void {
  const field = FIELDS[part.kind];
  const rest = view[field].filter((key) => key !== part.key);
  const wasChosen = isChosen(view, job, part);
  const next = wasChosen ? (add ? rest : []) : add ? [...rest, part.key] : [part.key];
  navigate({ ...NO_PARTS, [field]: next, only: jobsOf(view, job, wasChosen, add, next), line: null, at: null });
}

function jobsOf(view: View, job: string, wasChosen: boolean, add: boolean, keys: readonly string[]): readonly string[] {
  if (view.jobs.length < 2 || keys.length === 0) return [];
  if (wasChosen) return view.only;
  return add && view.only.length > 0 ? [...new Set([...view.only, job])] : [job];
}
