import type { ExecutionArgs } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';

/** What hooks of ours use of envelop's hooks for the execution of a query. */
interface Executing {
  readonly args: ExecutionArgs;
  readonly setResultAndStopExecution: (result: unknown) => void;
}

interface Executed {
  readonly args: ExecutionArgs;
  result: unknown;
  readonly setResult: (result: unknown) => void;
}

type Ending = { readonly onEnd?: () => void } | undefined;
type OnExecuteDone = (executed: Executed) => Ending | Promise<Ending>;
type Hooked = { readonly onExecuteDone?: OnExecuteDone } | undefined;
type OnExecute = (executing: Executing) => Hooked | Promise<Hooked>;

/**
 * The same plug-ins, with one hook for the execution of a query in place of one each. They run in their order, as envelop would run
 * them, without the objects and functions that it makes for each. An `onExecuteDone` may return `onEnd`, and no `onNext`.
 */
export function executingInOne(plugins: readonly Plugin[]): Plugin[] {
  const hooks: OnExecute[] = [];
  const rest = plugins.map((plugin) => {
    const { onExecute, ...others } = plugin;
    if (onExecute === undefined) return plugin;
    hooks.push(onExecute as OnExecute);
    return others;
  });
  return [...rest, { onExecute: inOne(hooks) } as unknown as Plugin];
}

function inOne(hooks: readonly OnExecute[]): OnExecute {
  return (executing) => {
    const done: OnExecuteDone[] = [];
    let isStopped = false;
    const each: Executing = {
      ...executing,
      setResultAndStopExecution(result) {
        isStopped = true;
        executing.setResultAndStopExecution(result);
      },
    };

    function add(hooked: Hooked): void {
      if (hooked?.onExecuteDone !== undefined) done.push(hooked.onExecuteDone);
    }

    function runFrom(first: number): Promise<void> | undefined {
      for (let at = first; at < hooks.length && !isStopped; at += 1) {
        const hooked = hooks[at]?.(each);
        if (hooked instanceof Promise) {
          return hooked.then((later) => {
            add(later);
            return runFrom(at + 1);
          });
        }
        add(hooked);
      }
      return undefined;
    }

    const hooked = { onExecuteDone: allDone(done) };
    return runFrom(0)?.then(() => hooked) ?? hooked;
  };
}

function allDone(done: readonly OnExecuteDone[]): OnExecuteDone {
  return ({ args, result, setResult }) => {
    const ends: (() => void)[] = [];
    const each: Executed = {
      args,
      result,
      setResult(next) {
        each.result = next;
        setResult(next);
      },
    };

    function add(ending: Ending): void {
      if (ending?.onEnd !== undefined) ends.push(ending.onEnd);
    }

    function runFrom(first: number): Promise<void> | undefined {
      for (let at = first; at < done.length; at += 1) {
        const ending = done[at]?.(each);
        if (ending instanceof Promise) {
          return ending.then((later) => {
            add(later);
            return runFrom(at + 1);
          });
        }
        add(ending);
      }
      return undefined;
    }

    function ending(): Ending {
      if (ends.length === 0 || !isAsyncIterable(each.result)) return undefined;
      return {
        onEnd() {
          for (const end of ends) end();
        },
      };
    }

    return runFrom(0)?.then(ending) ?? ending();
  };
}
