import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { validUnicode, writeJson } from '../../domain/json.ts';

/**
 * Replaces lone surrogates by U+FFFD, in requests and in answers. An escape in JSON can write one, clients get their
 * input back in keys and messages, and strict parsers would reject the whole answer.
 */
export function inValidUnicode(): Plugin {
  return {
    onParams({ params, setParams }) {
      const valid = validUnicode(params);
      if (valid !== params) setParams(valid);
    },
    onResultProcess(processing) {
      const { result } = processing;
      if (isAsyncIterable(result)) processing.setResult(mapAsyncIterator(result, validlyWritten));
      else processing.setResult(Array.isArray(result) ? result.map(validlyWritten) : validlyWritten(result));
    },
  };
}

/** A result that may carry the function that yoga serializes it with. */
interface Written {
  readonly stringify?: unknown;
}

function validlyWritten<T extends Written>(result: T): T {
  return result.stringify === undefined ? { ...result, stringify: (shown: unknown) => writeJson(shown) } : result;
}
