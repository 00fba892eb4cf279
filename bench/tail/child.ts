import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a child process can be asked to do, by name. Arguments and results are JSON. */
export type Tasks = Readonly<Record<string, (argument: never) => unknown>>;

interface Order {
  readonly id: number;
  readonly task: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A process of its own, so that its memory and its processor time are its own. */
export interface Child<T extends Tasks> {
  ask<K extends keyof T & string>(
    task: K,
    ...argument: Parameters<T[K]> extends [] ? [] : [Parameters<T[K]>[0]]
  ): Promise<Awaited<ReturnType<T[K]>>>;
  stop(): Promise<void>;
}

/** Starts a module of this folder that calls `serveTasks`. */
export function startChild<T extends Tasks>(module: string, flags: readonly string[] = []): Child<T> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const child = fork(path, { execArgv: ['--import', 'tsx', ...flags] });
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on('message', (message) => {
    const { id, result, error } = message as Answer;
    const order = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) order?.resolve(result);
    else order?.reject(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${module} has ended with ${code ?? 'a signal'}.`));
  });
  return {
    ask: (task, ...argument) =>
      new Promise((resolve, reject) => {
        last += 1;
        // The child runs the task of that name: its result has the task's type.
        waiting.set(last, { resolve: resolve as (result: unknown) => void, reject });
        child.send({ id: last, task, argument: argument[0] } satisfies Order);
      }),
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** In the child: answers until the parent goes away, then ends the process. */
export function serveTasks(tasks: Tasks): void {
  process.on('message', (message) => {
    const { id, task, argument } = message as Order;
    void run(tasks[task], argument).then(
      (result) => process.send?.({ id, result } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? '') : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit(0));
}

async function run(task: ((argument: never) => unknown) | undefined, argument: unknown): Promise<unknown> {
  if (task === undefined) throw new Error('There is no such task.');
  return await task(argument as never);
}
