import { isAsyncIterable } from 'graphql-yoga';

/** Calls back when the whole answer is there, also where it comes by parts. For `onExecuteDone`. */
export function whenAnswered(
  end: () => void,
): (done: { readonly result: unknown }) => { onEnd: () => void } | undefined {
  return ({ result }) => {
    if (isAsyncIterable(result)) return { onEnd: end };
    end();
    return undefined;
  };
}
