import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, ReadRequest } from './partition.ts';

/**
 * Reads in the best available way. If that way fails in the middle (the source refuses it, or a page is too large), a
 * read in another way resumes after the last row that was given out.
 *
 * After an error, `goesOn` decides whether there is another way. `isClean`: no row has been given out yet. It must
 * return true only finitely often: each time, a capability must be lost for good. It may throw another error.
 */
export async function* readOn<T extends Ordered, R extends T>(
  request: ReadRequest<T>,
  read: (request: ReadRequest<T>) => AsyncGenerator<Batch<R>, void, undefined>,
  goesOn: (error: unknown, isClean: boolean) => boolean,
): AsyncGenerator<Batch<R>, void, undefined> {
  let { from, hint } = request;
  for (;;) {
    try {
      for await (const batch of read({ ...request, from, hint })) {
        const last = batch.rows.at(-1);
        if (last !== undefined) {
          from = { time: last.time, tie: last.tie };
          hint = batch.hints.at(-1) ?? null;
        }
        yield batch;
      }
      return;
    } catch (error) {
      if (!goesOn(error, from === request.from)) throw error;
    }
  }
}
