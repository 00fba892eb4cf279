import type { Task } from '../../../domain/job.ts';

/**
 * The tasks that an answer of POST /logs names, each with the time of its first line. The vendor lists tasks nowhere
 * else, and provides only their ids.
 */
export class TaskTable {
  readonly #first = new Map<string, bigint | null>();

  /** Records a line of a task; lines come in any order. */
  line(taskId: string, time: bigint): void {
    const first = this.#first.get(taskId) ?? null;
    if (first === null || time < first) this.#first.set(taskId, time);
  }

  /** Records a task that may have no line. */
  task(taskId: string): void {
    if (!this.#first.has(taskId)) this.#first.set(taskId, null);
  }

  has(taskId: string): boolean {
    return this.#first.has(taskId);
  }

  hasLines(taskId: string): boolean {
    return (this.#first.get(taskId) ?? null) !== null;
  }

  get(taskId: string): Task | null {
    const first = this.#first.get(taskId);
    return first === undefined ? null : taskOf(taskId, first);
  }

  all(): readonly Task[] {
    return [...this.#first].map(([taskId, first]) => taskOf(taskId, first));
  }
}

/**
 * Tasks are listed in the order of their first lines. The vendor does not state when a task began or ended, or with
 * what result.
 */
function taskOf(taskId: string, first: bigint | null): Task {
  return {
    key: taskId,
    name: taskId,
    status: 'UNKNOWN',
    nativeStatus: null,
    createdAt: null,
    startedAt: null,
    finishedAt: null,
    attemptKey: null,
    stepKey: 'TASKRUNNER',
    time: first ?? 0n,
    tie: taskId,
  };
}
