import type { Plugin } from 'graphql-yoga';
import { parseJson } from '../../domain/json.ts';

/** JSON.stringify writes half of a surrogate pair so, and no other character. (A text may say the same words.) */
const SURROGATE_ESCAPE = /\\ud[89a-f]/;

/**
 * What a client sends comes back to it: in keys, in messages of errors. Half of a surrogate pair, which an escape in
 * JSON can write, becomes U+FFFD, so that no answer holds one: strict parsers would refuse all of it.
 */
export function readValidUnicode(): Plugin {
  return {
    onParams({ params, setParams }) {
      const valid = validUnicode(params);
      if (valid !== params) setParams(valid);
    },
  };
}

/** A value that JSON can hold, with valid Unicode in all of its texts. */
export function validUnicode<T>(value: T): T {
  const text = JSON.stringify(value);
  // The same value in the same shape: of its texts, only some characters are others.
  return SURROGATE_ESCAPE.test(text) ? (parseJson(text) as T) : value;
}
