import type { Attempt, Step, Task } from '../../domain/job.ts';
import type { Position } from '../../domain/ordered.ts';
import type { Instant } from '../../domain/time.ts';
import { standInParts } from '../shared/parts.ts';
import type { Rows } from '../shared/rows.ts';
import { jobKey as qualified } from './keys.ts';
import { statusOf } from './facts.ts';
import type { AttemptWire, JobWire, StatusTreeWire, StepWire, TaskWire, TreeStepWire } from './wire.ts';

/** Steps of the current attempt. A step's key is its name, because log lines refer to it by name. */
export function stepsOf(tree: StatusTreeWire, attemptKey: string | null): Step[] {
  const { data: steps, odd } = tree.steps;
  const places = placesOf(steps);
  const read = steps.map((step, index) => ({
    ...stateOf(step),
    ...placeAt(places, index),
    key: step.name,
    name: step.name,
    attemptKey,
  }));
  return [...read, ...standInParts(odd)];
}

/** Tasks of the current attempt, each with its step. */
export function tasksOf(tree: StatusTreeWire, attemptKey: string | null): Task[] {
  const { data: steps, odd } = tree.steps;
  const found = steps.flatMap((step) => step.tasks.data.map((task) => ({ step, task })));
  const places = placesOf(
    found.map(({ step, task }) => ({
      name: qualified(step.name, task.name),
      created_at: task.created_at ?? step.created_at,
    })),
  );
  const taken = new Set<string>();
  const read = found.map(({ step, task }, index) => ({
    ...stateOf(task),
    ...placeAt(places, index),
    key: taskKey(step, task, taken),
    name: task.name,
    attemptKey,
    stepKey: step.name,
  }));
  // The tasks of an unreadable step are unreadable too.
  return [...read, ...standInParts([...odd, ...steps.flatMap(({ tasks }) => tasks.odd)])];
}

function taskKey(step: TreeStepWire, task: TaskWire, taken: Set<string>): string {
  const key = taken.has(task.name) ? qualified(step.name, task.name) : task.name;
  taken.add(key);
  return key;
}

/** Attempts from the routes of newer generations. */
export function attemptsOf({ data, odd }: Rows<AttemptWire>): Attempt[] {
  const ordered = data.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  const places = placesOf(
    ordered.map(({ id, seq, created_at }) => ({ name: `${String(seq ?? 0).padStart(6, '0')} ${id}`, created_at })),
  );
  const read = ordered.map((wire, index) => ({
    ...stateOf(wire),
    ...placeAt(places, index),
    key: wire.id,
    number: wire.seq === null ? null : wire.seq + 1,
    stepKey: null,
  }));
  return [...read, ...standInParts(odd)];
}

/**
 * Attempts for a vendor without attempt routes: those that steps name, in the order of their first steps, and the job's
 * current one. An older attempt has the status of its last step.
 */
export function attemptsFromSteps(job: JobWire, { data: steps, odd }: Rows<StepWire>): Attempt[] {
  const stepsOfAttempt = new Map<string, StepWire[]>();
  for (const step of steps) {
    if (step.attempt_id === null) continue;
    stepsOfAttempt.set(step.attempt_id, [...(stepsOfAttempt.get(step.attempt_id) ?? []), step]);
  }
  const current = job.attempt_id;
  if (current !== null && !stepsOfAttempt.has(current)) stepsOfAttempt.set(current, []);
  const wires = [...stepsOfAttempt].map(([name, own]) => ({ name, own, created_at: own[0]?.created_at ?? null }));
  wires.sort((a, b) => Number(a.name === current) - Number(b.name === current));
  const places = placesOf(wires, job.created_at);
  const read = wires.map(({ name, own, created_at }, index): Attempt => {
    const native = (name === current ? job.status : own.at(-1)?.status) ?? null;
    return {
      ...placeAt(places, index),
      key: name,
      number: index + 1,
      stepKey: null,
      status: statusOf(native),
      nativeStatus: native,
      createdAt: null,
      startedAt: created_at?.text ?? null,
      finishedAt: null,
    };
  });
  return [...standInParts(odd), ...read];
}

/** When an attempt began, in nanoseconds; null: unknown, or not yet begun. */
export function beganAt({
  createdAt,
  startedAt,
  time,
}: Pick<Attempt, 'createdAt' | 'startedAt' | 'time'>): bigint | null {
  return createdAt === null && startedAt === null ? null : time;
}

function stateOf(
  wire: Pick<StepWire, 'status' | 'created_at'>,
): Pick<Step, 'status' | 'nativeStatus' | 'createdAt' | 'startedAt' | 'finishedAt'> {
  return {
    status: statusOf(wire.status),
    nativeStatus: wire.status,
    createdAt: wire.created_at?.text ?? null,
    startedAt: null,
    finishedAt: null,
  };
}

interface Dated {
  readonly name: string;
  readonly created_at: Instant | null;
}

/**
 * Positions for parts in the given order, which is that of creation. A part without a time follows the one before it.
 * Names, which are unique, order parts of one instant.
 */
function placesOf(parts: readonly Dated[], start: Instant | null = null): Position[] {
  let time = start?.nanoseconds ?? 0n;
  return parts.map(({ name, created_at }, index) => {
    if (created_at === null) return { time, tie: `#${String(index).padStart(6, '0')} ${name}` };
    time = created_at.nanoseconds;
    return { time, tie: name };
  });
}

function placeAt(places: readonly Position[], index: number): Position {
  return places[index] ?? { time: 0n, tie: '' };
}
