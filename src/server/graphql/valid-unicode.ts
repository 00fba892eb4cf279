import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { validUnicode, writeJson } from '../../domain/json.ts';

/**
 * What a client sends comes back to it: in keys, in messages of errors. Half of a surrogate pair, which an escape in
 * JSON can write, becomes U+FFFD when it is read. So does each in an answer, wherever it comes from, when that is written:
 * strict parsers would refuse all of it.
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

/** What yoga writes an answer with. */
interface Written {
  readonly stringify?: unknown;
}

function validlyWritten<T extends Written>(result: T): T {
  return result.stringify === undefined ? { ...result, stringify: (shown: unknown) => writeJson(shown) } : result;
}
