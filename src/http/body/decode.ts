import type { ZodType } from 'zod';
import { TributaryError } from '../../domain/errors.ts';
import { messageOf } from './issue-message.ts';
import type { Answerer } from './parse.ts';

/** Decodes what came over the wire. SOURCE_BAD_RESPONSE says where it differs, like `results[3].runState: expected a string, got 7`. */
export function decode<T>(data: unknown, decoder: ZodType<T>, { source, label }: Answerer): T {
  const result = decoder.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const message = issue === undefined ? 'expected another shape' : messageOf(issue, data);
  // Without zod's error as the cause: its messages may quote what came.
  throw new TributaryError('SOURCE_BAD_RESPONSE', `${label}: ${message}`, { source });
}
