import { isAsyncIterable } from 'graphql-yoga';

/** For `onExecuteDone`: calls back when the whole answer is complete, also if it has several parts. */
export function whenAnswered(
  end: () => void,
): (done: { readonly result: unknown }) => { onEnd: () => void } | undefined {
  return ({ result }) => {
    if (isAsyncIterable(result)) return { onEnd: end };
    end();
    return undefined;
  };
}
