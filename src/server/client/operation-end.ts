import type { OperationResult } from 'graphql-ws';

type Result = Awaited<OperationResult>;
type Stream = Extract<Result, AsyncIterable<unknown>>;

/** Runs an operation and calls its `end` when it is answered or its stream has ended. */
export async function runUntilOver<Args extends { readonly end: () => void }>(
  begun: Args,
  run: (args: Args) => OperationResult,
): Promise<Result> {
  let result;
  try {
    result = await run(begun);
  } catch (error) {
    begun.end();
    throw error;
  }
  if (Symbol.asyncIterator in result) return endingStream(result, begun.end);
  begun.end();
  return result;
}

function endingStream(stream: Stream, end: () => void): Stream {
  const iterator = stream[Symbol.asyncIterator]();
  const ended = async <T>(result: Promise<IteratorResult<T, undefined>>): Promise<IteratorResult<T, undefined>> => {
    try {
      const step = await result;
      if (step.done === true) end();
      return step;
    } catch (error) {
      end();
      throw error;
    }
  };
  const over = { done: true as const, value: undefined };
  const ending = {
    [Symbol.asyncIterator]: () => ending,
    next: () => ended(iterator.next()),
    // End at once, even while the stream waits for its next event.
    return: async () => {
      end();
      return (await iterator.return?.()) ?? over;
    },
    throw: (error: unknown) => {
      end();
      return iterator.throw?.(error) ?? Promise.resolve(over);
    },
  };
  return ending as Stream;
}
