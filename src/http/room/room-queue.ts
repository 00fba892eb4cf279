import type { Asker } from '../../domain/call.ts';
import type { HeldShare } from '../../domain/held-bytes.ts';
import type { Caller } from '../policy/caller.ts';
import { FairQueue } from '../policy/fair-queue.ts';

/** Whether one more answer of a source may wait. Waiting answers keep their places at the source. */
export interface WaitingPlaces {
  /** Returns a function that gives the place back; null: too many wait already, or too many of this caller. */
  wait(asker: Asker): (() => void) | null;
}

/** An answer that is being read needs so many bytes more. */
export interface Wish {
  readonly source: string;
  readonly caller: Caller;
  readonly places: WaitingPlaces;
  /** The caller's share of the room beside the one for large answers. */
  readonly share: HeldShare;
  readonly bytes: number;
  readonly taken: () => void;
}

interface Waiter {
  readonly wish: Wish;
  readonly enter: () => void;
}

/** The answers that wait for room. Callers take turns, and so do the operations of one caller. */
export class RoomQueue {
  readonly #waiting = new Set<Waiter>();
  readonly #queue = new FairQueue<Waiter>();

  get size(): number {
    return this.#waiting.size;
  }

  /** True if another answer of one of these callers waits. */
  hasCallerOf({ claims }: Caller): boolean {
    return claims.some(({ asker }) => this.#queue.sizeFor(asker) > 0);
  }

  /** The bytes for which an operation waits. */
  wantedBy(asker: Asker): number {
    let bytes = 0;
    for (const { wish } of this.#waiting) if (isOf(wish, asker)) bytes += wish.bytes;
    return bytes;
  }

  /** The operation whose turn it is, of those that wait. */
  nextAsker(): Asker | null {
    return this.#queue.nextAsker();
  }

  /** Its caller is the last one in turn from now on. */
  passTurn(asker: Asker): void {
    this.#queue.pass(asker);
  }

  /** Waits until `admit` lets the answer in. Rejects when its caller has left, or after that time. `onChange`: look who may enter. */
  wait(wish: Wish, patienceMilliseconds: number, refusal: () => Error, onChange: () => void): Promise<void> {
    const { caller } = wish;
    return new Promise((resolve, reject) => {
      const askers = new Set<Asker>();
      const end = (): void => {
        clearTimeout(timer);
        forget();
        caller.onJoin(null);
        this.#waiting.delete(waiter);
        for (const asker of askers) this.#queue.remove(asker, waiter);
      };
      const giveUp = (reason: Error): void => {
        end();
        reject(reason);
        onChange();
      };
      const stand = (asker: Asker): void => {
        askers.add(asker);
        this.#queue.add(asker, waiter);
      };
      const waiter: Waiter = {
        wish,
        enter() {
          end();
          wish.taken();
          resolve();
        },
      };
      const timer = setTimeout(() => {
        giveUp(refusal());
      }, patienceMilliseconds);
      const forget = caller.cancellation.onAbort(() => {
        giveUp(caller.cancellation.reason);
      });
      this.#waiting.add(waiter);
      for (const { asker } of caller.claims) stand(asker);
      // The answer may now be one that the first operation waits for.
      caller.onJoin(({ asker }) => {
        stand(asker);
        onChange();
      });
    });
  }

  /** Lets answers in, in turn, as long as `take` has room for the next one of a caller. */
  admit(take: (wish: Wish) => boolean): void {
    for (;;) {
      const head = this.#queue.take((_, { wish }) => take(wish));
      if (head === null) return;
      head.item.enter();
    }
  }

  /** Lets those of one operation in for which there is room. */
  admitOf(asker: Asker, take: (wish: Wish) => boolean): void {
    for (const waiter of this.#waiting) if (isOf(waiter.wish, asker) && take(waiter.wish)) waiter.enter();
  }
}

function isOf({ caller }: Wish, asker: Asker): boolean {
  return caller.claims.some((claim) => claim.asker === asker);
}
