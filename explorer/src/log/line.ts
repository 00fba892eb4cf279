import type { LineFragment } from '../graphql/generated/graphql.ts';

/** A line as the page holds it. */
export interface LogLine extends LineFragment {
  /** Its place, for the connection of its segment. */
  readonly cursor: string;
  /** Which segment of the window it was read from. */
  readonly segment: number;
  /** It came after lines that were written later. */
  readonly late: boolean;
  /** The stream left lines out before this one: how many, or null where that is not known. */
  readonly gap?: { readonly count: number | null };
}

export function stepOf({ stepName, step }: LineFragment): string | null {
  return stepName ?? step?.key ?? null;
}

export function taskOf({ taskName, task }: LineFragment): string | null {
  return taskName ?? task?.key ?? null;
}

/** Of one step; where there are no steps, of one task. */
export function isSamePart(a: LineFragment | undefined, b: LineFragment): boolean {
  return a !== undefined && (stepOf(a) ?? taskOf(a)) === (stepOf(b) ?? taskOf(b));
}
