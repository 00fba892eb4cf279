import { unlessAborted } from '../../domain/unless-aborted.ts';
import type { Access } from './access.ts';
import { Denied } from './denied.ts';

/** The longest time that a timer of the runtime holds. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/** How long a caller may go on with what was begun. */
export type Term = Pick<Access, 'expiresAt' | 'whenWithdrawn'>;

/** Calls back once when the time of a credential is over, or when it was withdrawn. Returns what ends the wait. */
export function whenOver({ expiresAt, whenWithdrawn }: Term, over: (reason: Denied) => void): () => void {
  const forgetExpiry = whenExpired(expiresAt, () => {
    forgetWithdrawal();
    over(new Denied(401, 'The token has expired.'));
  });
  const forgetWithdrawal = whenWithdrawn(() => {
    forget();
    over(new Denied(401, 'This key or token may not be used as it was any more.'));
  });
  function forget(): void {
    forgetExpiry();
    forgetWithdrawal();
  }
  return forget;
}

/** `expiresAt` is in milliseconds since 1970. */
function whenExpired(expiresAt: number | null, over: () => void): () => void {
  if (expiresAt === null) return () => undefined;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = Math.max(0, expiresAt - Date.now());
    timer = setTimeout(left > LONGEST_MILLISECONDS ? wait : over, Math.min(left, LONGEST_MILLISECONDS));
    timer.unref();
  };
  wait();
  return () => {
    clearTimeout(timer);
  };
}

/** The same stream, with `last` as its last value when the time of a credential is over before it. */
export function untilOver<T>(
  stream: AsyncIterable<T>,
  term: Term,
  last: (reason: Denied) => T,
): AsyncIterableIterator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  const over = new AbortController();
  const forget = whenOver(term, (reason) => {
    over.abort(reason);
  });
  const done = { done: true as const, value: undefined };
  let isClosed = false;

  function leave(): void {
    isClosed = true;
    forget();
    // Not waited for: it may be in the middle of its next value.
    iterator.return?.().catch(() => undefined);
  }

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (isClosed) return done;
      const result = await unlessAborted(iterator.next(), over.signal);
      if (result === null || over.signal.aborted) {
        leave();
        return { done: false, value: last(over.signal.reason as Denied) };
      }
      if (result.done === true) forget();
      return result;
    },
    return() {
      leave();
      return Promise.resolve(done);
    },
    throw(error: unknown) {
      leave();
      return Promise.reject(error instanceof Error ? error : new Error('The stream failed.', { cause: error }));
    },
  };
}
