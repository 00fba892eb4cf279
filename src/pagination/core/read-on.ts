import type { Ordered } from '../../domain/ordered.ts';
import type { Batch, ReadRequest } from './partition.ts';

/**
 * Reads in the best way there is. Where that way is lost in the middle (the source refuses it, or a page of it is too large),
 * a read in another way goes on behind the last row that was given out.
 *
 * `goesOn` is asked after an error whether there is another way; `isClean`: no row has been given out yet. It must end: each
 * yes follows something that is lost for good. It may throw an error of its own.
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
