import { asError } from '../../domain/errors.ts';
import type { Access } from './access.ts';
import { Denied } from './denied.ts';

/** The longest delay of a timer in Node. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/** The parts of an access that end operations already begun. */
export type Term = Pick<Access, 'expiresAt' | 'whenWithdrawn'>;

/** The error of a caller whose rights have changed. */
export function withdrawn(): Denied {
  return new Denied(401, 'This key or token may not be used as it was any more.');
}

/** Calls back once when a credential expires or is withdrawn. Returns a function that ends the wait. */
export function whenOver({ expiresAt, whenWithdrawn }: Term, over: (reason: Denied) => void): () => void {
  const forgetExpiry = whenExpired(expiresAt, () => {
    forgetWithdrawal();
    over(new Denied(401, 'The token has expired.'));
  });
  const forgetWithdrawal = whenWithdrawn(() => {
    forget();
    over(withdrawn());
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

/** The same stream. If the credential expires or is withdrawn first, the stream ends with `last` as its final value. */
export function untilOver<T>(
  stream: AsyncIterable<T>,
  term: Term,
  last: (reason: Denied) => T,
): AsyncIterableIterator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  let ended: Denied | null = null;
  /** Ends the wait for the next value. */
  let interrupt: (reason: Denied) => void = () => undefined;
  const forget = whenOver(term, (reason) => {
    ended = reason;
    interrupt(reason);
  });
  const done = { done: true as const, value: undefined };
  let isClosed = false;

  function leave(): void {
    isClosed = true;
    forget();
    // Do not await: the iterator may still be working on its next value.
    iterator.return?.().catch(() => undefined);
  }

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (isClosed) return done;
      const result = await new Promise<IteratorResult<T> | Denied>((resolve, reject) => {
        interrupt = resolve;
        if (ended === null) iterator.next().then(resolve, reject);
        else resolve(ended);
      });
      const reason = result instanceof Denied ? result : ended;
      if (reason !== null) {
        leave();
        return { done: false, value: last(reason) };
      }
      const step = result as IteratorResult<T>;
      if (step.done === true) forget();
      return step;
    },
    return() {
      leave();
      return Promise.resolve(done);
    },
    throw(error: unknown) {
      leave();
      return Promise.reject(asError(error));
    },
  };
}
