import type { ZodType } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import { messageOf } from './issue-message.ts';
import { Mismatch } from './mismatch.ts';
import type { Answerer } from './parse.ts';

/**
 * Decodes the JSON of an answer: a zod type, or a plain function that throws a `Mismatch` (the cheapest per row). Calls
 * share an answer only if they pass the same decoder object, so create each decoder once.
 */
export type Decoder<T> = ((body: unknown) => T) | ZodType<T>;

/**
 * Decodes the body of an answer. Throws SOURCE_BAD_RESPONSE that names the place, such as `results[3].runState:
 * expected a string, got 7`.
 */
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
  // Zod's error is not kept as the cause: its messages may quote the body.
  throw new TributaryError('SOURCE_BAD_RESPONSE', `${label}: ${message}`, { source });
}
