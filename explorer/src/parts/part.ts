/** Attempts, steps and tasks of a job as one tree. Which contains which is the vendor's choice, so rows say it themselves. */
import type { AttemptRowFragment, StepRowFragment, TaskRowFragment } from '../graphql/generated/graphql.ts';

export type PartKind = 'attempt' | 'step' | 'task';

export interface PartRows {
  readonly attempts: readonly AttemptRowFragment[];
  readonly steps: readonly StepRowFragment[];
  readonly tasks: readonly TaskRowFragment[];
}

export interface Part {
  readonly kind: PartKind;
  readonly key: string;
  readonly id: string;
  /** Null: an attempt that is told apart by its time alone. */
  readonly name: string | null;
  readonly row: AttemptRowFragment | StepRowFragment | TaskRowFragment;
  readonly children: readonly Part[];
}

/** Attempts of steps first: the newest is looked for most. */
export function treeOf(rows: PartRows): readonly Part[] {
  const attempts = new Map(rows.attempts.map((row) => [row.key, row]));
  const steps = new Map(rows.steps.map((row) => [row.key, row]));

  // Each part is inside of one other at most, also where rows contradict each other.
  const isInStep = ({ step }: { readonly step: { readonly key: string } | null }): boolean =>
    step !== null && steps.has(step.key);
  const isInAttempt = ({ attempt }: { readonly attempt: { readonly key: string } | null }): boolean => {
    const outer = attempt === null ? undefined : attempts.get(attempt.key);
    return outer !== undefined && !isInStep(outer);
  };

  const taskPart = (row: TaskRowFragment): Part => ({ ...common('task', row), name: row.name, children: [] });

  const stepPart = (row: StepRowFragment, attempt: string | null): Part => ({
    ...common('step', row),
    name: row.name,
    children: [
      ...rows.attempts
        .filter(({ step }) => step?.key === row.key)
        .toReversed()
        .map(attemptPart),
      ...rows.tasks
        .filter(
          ({ step, attempt: own }) => step?.key === row.key && (attempt === null || (own?.key ?? attempt) === attempt),
        )
        .map(taskPart),
    ],
  });

  const attemptPart = (row: AttemptRowFragment): Part => ({
    ...common('attempt', row),
    name: row.number === null ? null : `Attempt ${row.number}`,
    children: [
      ...rows.steps
        .filter((step) => step.attempt?.key === row.key && isInAttempt(step))
        .map((step) => stepPart(step, row.key)),
      ...rows.tasks.filter((task) => task.attempt?.key === row.key && !isInStep(task)).map(taskPart),
    ],
  });

  return [
    ...rows.attempts.filter((row) => !isInStep(row)).map(attemptPart),
    ...rows.steps.filter((row) => !isInAttempt(row)).map((row) => stepPart(row, null)),
    ...rows.tasks
      .filter((row) => !isInStep(row) && (row.attempt === null || !attempts.has(row.attempt.key)))
      .map(taskPart),
  ];
}

function common(kind: PartKind, row: Part['row']): Pick<Part, 'kind' | 'key' | 'id' | 'row'> {
  return { kind, key: row.key, id: row.id, row };
}

/** All parts of a tree. */
export function partsIn(tree: readonly Part[]): readonly Part[] {
  return tree.flatMap((part) => [part, ...partsIn(part.children)]);
}

/** `Attempts, steps and tasks`, of those that there are. */
export function titleOf({ attempts, steps, tasks }: PartRows): string {
  const words = [
    ...(attempts.length === 0 ? [] : ['attempts']),
    ...(steps.length === 0 ? [] : ['steps']),
    ...(tasks.length === 0 ? [] : ['tasks']),
  ];
  const text = words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
