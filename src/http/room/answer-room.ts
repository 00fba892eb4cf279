import { getHeapStatistics } from 'node:v8';
import type { Asker } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { HeldBytes } from '../../domain/held-bytes.ts';
import type { Caller } from '../policy/caller.ts';
import { FairQueue } from '../policy/fair-queue.ts';
import { AnswerLease } from './answer-lease.ts';
import type { RoomAccount } from './answer-lease.ts';
import { smallAccount } from './small-account.ts';

/** Smaller answers have room of their own, so that large ones keep none of them waiting. */
export const LARGE_ANSWER_BYTES = 256 * 1024;

export const DEFAULT_ROOM_BYTES = Math.floor(getHeapStatistics().heap_size_limit / 2);

/** The part of the room that small answers have beside it. */
const SMALL_PART = 1 / 4;

/** How long an answer waits for room. Long enough for another operation to end, and shorter than most clients wait. */
const PATIENCE_MILLISECONDS = 10_000;

/** Answers of one list that an operation is taken to hold: readers of pages let the earlier ones go. */
const KEPT_OF_A_LIST = 4;

interface Waiter {
  readonly caller: Caller;
  readonly bytes: number;
  readonly enter: () => void;
}

/** An answer that is being read needs so many bytes more. */
interface Wish {
  readonly source: string;
  readonly caller: Caller;
  readonly places: WaitingPlaces;
  readonly bytes: number;
  readonly taken: () => void;
}

/** Whether one more answer of a source may wait. Waiting answers keep their places at the source. */
export interface WaitingPlaces {
  /** Returns a function that gives the place back; null: too many wait already. */
  wait(): (() => void) | null;
}

/**
 * The memory for answers of vendors that all operations of the process hold: bodies while they are read, and their rows until the
 * operation is over. An answer without room is not read on until others have let go of theirs. Small answers have room beside it, of which
 * one caller has half at most; where that is full, they are as large ones.
 *
 * The operation that has held room for the longest may use all of it. The others get more only while at least half is free, so the first
 * one always comes to its end, and then the next one is the first.
 */
export class AnswerRoom {
  /** The bound, in bytes. It may change. */
  most: number;
  readonly #patience: number;
  #held = 0;
  readonly #small = new HeldBytes(() => this.most * SMALL_PART);
  #turnedAway = 0;
  /** What operations hold, those that began to hold first come first. An answer that several share counts for each. */
  readonly #holders = new Map<Asker, number>();
  /** What operations that tell of their end keep until then, by list. */
  readonly #kept = new Map<Asker, Map<string, AnswerLease[]>>();
  readonly #waiting = new Set<Waiter>();
  readonly #queue = new FairQueue<Waiter>();

  constructor(most = DEFAULT_ROOM_BYTES, patienceMilliseconds = PATIENCE_MILLISECONDS) {
    this.most = most;
    this.#patience = patienceMilliseconds;
  }

  /** Bytes that are held. */
  get held(): number {
    return this.#held + this.#small.total;
  }

  /** Answers that wait for room. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Answers that got no room so far. */
  get turnedAway(): number {
    return this.#turnedAway;
  }

  /** An operation begins. From here to its `end` it holds the large answers that it gets. */
  begin(asker: Asker): void {
    this.#kept.set(asker, new Map());
  }

  /** The operation has let go of all answers. */
  end(asker: Asker): void {
    const lists = this.#kept.get(asker);
    if (lists === undefined) return;
    this.#kept.delete(asker);
    for (const leases of lists.values()) for (const lease of leases) lease.leave(asker);
  }

  /** An operation has got an answer of this list. */
  keep(asker: Asker, list: string, lease: AnswerLease): void {
    const lists = this.#kept.get(asker);
    if (lists === undefined) return;
    const leases = lists.get(list) ?? [];
    lists.set(list, leases);
    if (leases.includes(lease)) return;
    leases.push(lease);
    lease.join(asker);
    if (leases.length > KEPT_OF_A_LIST) leases.shift()?.leave(asker);
  }

  /** Room for one answer that is about to be read; it takes none yet. */
  lease(source: string, caller: Caller, places: WaitingPlaces): AnswerLease {
    return new AnswerLease(caller.first, this.#account(source, caller, places));
  }

  /** Room for one small answer, or a small part of what a reader keeps. It is taken once. */
  smallLease(source: string, caller: Caller, places: WaitingPlaces): AnswerLease {
    const share = this.#small.share(caller.first[0]?.caller ?? null);
    return new AnswerLease(caller.first, smallAccount(share, this.#account(source, caller, places)));
  }

  #account(source: string, caller: Caller, places: WaitingPlaces): RoomAccount {
    return {
      take: (bytes, taken) => this.#take({ source, caller, places, bytes, taken }),
      takeNow: (bytes) => {
        this.#takeNow(source, caller, bytes);
      },
      give: (bytes) => {
        this.#held -= bytes;
        this.#advance();
      },
      count: this.#count.bind(this),
    };
  }

  #count(asker: Asker, bytes: number): void {
    const held = (this.#holders.get(asker) ?? 0) + bytes;
    if (held > 0) this.#holders.set(asker, held);
    else this.#holders.delete(asker);
  }

  #take(wish: Wish): Promise<void> | null {
    const { source, caller, places, bytes, taken } = wish;
    const own = Math.max(0, ...caller.claims.map(({ asker }) => this.#holders.get(asker) ?? 0));
    if (own + bytes > this.most)
      throw this.#refusal(source, 'This query holds answers that leave no room for one more.');
    if (this.#mayEnter(caller, bytes)) {
      this.#held += bytes;
      taken();
      return null;
    }
    const leave = places.wait();
    if (leave === null) throw this.#refusal(source, 'Too many answers of this source wait for room.');
    return this.#wait(wish).finally(leave);
  }

  #takeNow(source: string, caller: Caller, bytes: number): void {
    if (!this.#mayEnter(caller, bytes))
      throw this.#refusal(source, 'There is no room for the rows that this query keeps.');
    this.#held += bytes;
  }

  #mayEnter(caller: Caller, bytes: number): boolean {
    return this.#fits(caller, bytes) && (this.#waiting.size === 0 || this.#isFirst(caller));
  }

  /** True if one of the operations that wait for the answer has held room for the longest. */
  #isFirst({ claims }: Caller): boolean {
    for (const first of this.#holders.keys()) return claims.some(({ asker }) => asker === first);
    return true;
  }

  #fits(caller: Caller, bytes: number): boolean {
    return this.#held + bytes <= (this.#isFirst(caller) ? this.most : this.most / 2);
  }

  #wait({ source, caller, bytes, taken }: Wish): Promise<void> {
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
        this.#advance();
      };
      const stand = (asker: Asker): void => {
        askers.add(asker);
        this.#queue.add(asker, waiter);
      };
      const waiter: Waiter = {
        caller,
        bytes,
        enter: () => {
          end();
          this.#held += bytes;
          taken();
          resolve();
        },
      };
      const timer = setTimeout(() => {
        giveUp(this.#refusal(source, `The answer has waited ${this.#patience / 1_000} s for room.`));
      }, this.#patience);
      const forget = caller.cancellation.onAbort(() => {
        giveUp(caller.cancellation.reason);
      });
      this.#waiting.add(waiter);
      for (const { asker } of caller.claims) stand(asker);
      // The answer may now be one that the first operation waits for.
      caller.onJoin(({ asker }) => {
        stand(asker);
        this.#advance();
      });
    });
  }

  /** Lets answers in that fit: those of the first operation, then the others in turn. */
  #advance(): void {
    for (const waiter of this.#holders.size === 0 ? [] : this.#waiting) {
      if (this.#isFirst(waiter.caller) && this.#fits(waiter.caller, waiter.bytes)) waiter.enter();
    }
    for (
      let next = this.#queue.next();
      next !== null && this.#fits(next.caller, next.bytes);
      next = this.#queue.next()
    ) {
      this.#queue.take();
      next.enter();
    }
  }

  #refusal(source: string, what: string): TributaryError {
    this.#turnedAway += 1;
    const message = `${source}: ${what} Answers of sources may take ${this.most} bytes in all (limits.heldVendorBytes).`;
    return new TributaryError('UPSTREAM_BUDGET_EXCEEDED', message, { source });
  }
}

/** The room of this process. */
export const processRoom = new AnswerRoom();
