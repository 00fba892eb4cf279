import type { ZodType } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import { messageOf } from './issue-message.ts';
import { Mismatch } from './mismatch.ts';
import type { Answerer } from './parse.ts';

/**
 * Reads the JSON of an answer: a plain function that throws a `Mismatch`, which is what costs least per row, or a
 * zod type. Calls that share an answer share its type, so a decoder is made once.
 */
export type Decoder<T> = ((body: unknown) => T) | ZodType<T>;

/** Decodes what came over the wire. SOURCE_BAD_RESPONSE says where it differs, like `results[3].runState: expected a string, got 7`. */
export function decode<T>(data: unknown, decoder: Decoder<T>, { source, label }: Answerer): T {
  if (typeof decoder === 'function') {
    try {
      return decoder(data);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      throw new TributaryError('SOURCE_BAD_RESPONSE', `${label}: ${error.text}`, { source, cause: error });
    }
  }
  const result = decoder.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const message = issue === undefined ? 'expected another shape' : messageOf(issue, data);
  // Without zod's error as the cause: its messages may quote what came.
  throw new TributaryError('SOURCE_BAD_RESPONSE', `${label}: ${message}`, { source });
}
