/** Which parts narrow the log: all that is chosen is in the view, and so in the address. */
import { navigate, shownJobs } from '../state/view.ts';
import type { View } from '../state/view.ts';
import type { PartKind } from './part.ts';

/** Parts that a link names by their keys, which hold for all jobs. */
export const FIELDS = { attempt: 'attempts', step: 'steps', task: 'tasks' } as const satisfies Readonly<
  Record<PartKind, keyof View>
>;

const NO_PARTS = { attempts: [], steps: [], tasks: [], parts: [] } satisfies Partial<View>;

export interface PartName {
  readonly kind: PartKind;
  readonly key: string;
  /** Global id. */
  readonly id: string;
}

export function isChosen(view: View, job: string, { kind, key, id }: PartName): boolean {
  return view.parts.includes(id) || (view[FIELDS[kind]].includes(key) && shownJobs(view).includes(job));
}

/** Shows the lines of a part of a job alone, or, when they are shown already, all lines again. */
export function choosePart(view: View, job: string, part: PartName): void {
  if (isChosen(view, job, part)) navigate({ ...NO_PARTS, only: [], line: null, at: null });
  else navigate({ ...NO_PARTS, parts: [part.id], only: view.jobs.length < 2 ? [] : [job], line: null, at: null });
}

/** Adds a part of a job, or takes it away. `own`: the parts of that job, of which those of one kind are chosen at a time. */
export function togglePart(view: View, job: string, part: PartName, own: readonly PartName[]): void {
  const kept = view.parts.filter((id) => id !== part.id);
  if (isChosen(view, job, part)) {
    const isLastOfJob = !own.some(({ id }) => kept.includes(id));
    const only = kept.length === 0 ? [] : isLastOfJob ? view.only.filter((id) => id !== job) : view.only;
    navigate({ ...NO_PARTS, parts: kept, only, line: null, at: null });
    return;
  }
  const others = new Set(own.filter(({ kind }) => kind !== part.kind).map(({ id }) => id));
  const parts = [...kept.filter((id) => !others.has(id)), part.id];
  navigate({ ...NO_PARTS, parts, only: jobsWith(view, job, kept.length === 0), line: null, at: null });
}

/** The first part of all is shown alone; a further one joins the jobs that are shown. */
function jobsWith({ jobs, only }: View, job: string, isFirst: boolean): readonly string[] {
  if (jobs.length < 2) return [];
  if (only.length === 0) return isFirst ? [job] : [];
  return [...new Set([...only, job])];
}
