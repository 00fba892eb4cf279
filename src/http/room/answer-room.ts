import { getHeapStatistics } from 'node:v8';
import type { Asker } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { HeldBytes } from '../../domain/held-bytes.ts';
import type { HeldShare } from '../../domain/held-bytes.ts';
import type { Caller } from '../policy/caller.ts';
import { AnswerLease } from './answer-lease.ts';
import type { RoomAccount } from './answer-lease.ts';
import { RoomQueue } from './room-queue.ts';
import type { WaitingPlaces, Wish } from './room-queue.ts';
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

/**
 * The memory for answers of vendors that all operations of the process hold: bodies while they are read, and their rows until the
 * operation is over. An answer without room is not read on until others have let go of theirs. Small answers have room beside it, of which
 * one caller has half at most; where that is full, they are as large ones.
 *
 * One operation, the first, may use all of the room. The others get more only while at least half is free, so the first one comes to its
 * end. Then one that waits is the first, by turns of callers, or else the one that has held room for the longest. Operations that are not
 * the first use what is left of their callers' shares of the room for small answers, so a caller that holds nothing seldom waits.
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
  readonly #queue = new RoomQueue();
  #first: Asker | null = null;

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
    return this.#queue.size;
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
    return new AnswerLease(caller.first, smallAccount(this.#shareOf(caller), this.#account(source, caller, places)));
  }

  #shareOf({ first: [asker] }: Caller): HeldShare {
    return this.#small.share(asker?.caller ?? asker ?? null);
  }

  #account(source: string, caller: Caller, places: WaitingPlaces): RoomAccount {
    const share = this.#shareOf(caller);
    return {
      take: (bytes, taken) => this.#take({ source, caller, places, share, bytes, taken }),
      takeNow: (bytes) => {
        if (!this.#enter({ caller, share, bytes }))
          throw this.#refusal(source, 'There is no room for the rows that this query keeps.');
      },
      give: (bytes) => {
        this.#held -= bytes - share.give(bytes);
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
    if (this.#enter(wish)) {
      taken();
      return null;
    }
    const [asker] = caller.first;
    const leave = asker === undefined ? null : places.wait(asker);
    if (leave === null) throw this.#refusal(source, 'Too many answers of this source wait for room.');
    const refusal = (): TributaryError =>
      this.#refusal(source, `The answer has waited ${this.#patience / 1_000} s for room.`);
    return this.#queue.wait(wish, this.#patience, refusal, this.#advance).finally(leave);
  }

  /** Takes room without waiting, unless another answer of the same caller waits for its turn. */
  #enter(wish: Pick<Wish, 'caller' | 'share' | 'bytes'>): boolean {
    return (this.#isFirst(wish.caller) || !this.#queue.hasCallerOf(wish.caller)) && this.#takeRoom(wish);
  }

  readonly #takeRoom = ({ caller, share, bytes }: Pick<Wish, 'caller' | 'share' | 'bytes'>): boolean => {
    const isFirst = this.#isFirst(caller);
    const all = this.#held + bytes;
    // The first operation finds what it waits for: others leave it.
    const isFree = isFirst ? all <= this.most : all <= Math.min(this.most / 2, this.most - this.#wantedByFirst());
    if (isFree) this.#held = all;
    return isFree || (!isFirst && share.take(bytes));
  };

  #wantedByFirst(): number {
    return this.#first === null ? 0 : this.#queue.wantedBy(this.#first);
  }

  /** True if the first operation is one of those that wait for the answer, or if there is none. */
  #isFirst({ claims }: Caller): boolean {
    const first = this.#findFirst();
    return first === null || claims.some(({ asker }) => asker === first);
  }

  /** The operation that may use all of the room: until it holds nothing and waits for nothing. */
  #findFirst(): Asker | null {
    if (this.#first !== null && (this.#holders.has(this.#first) || this.#wantedByFirst() > 0)) return this.#first;
    if (this.#first !== null) this.#queue.passTurn(this.#first);
    const [oldest = null] = this.#holders.keys();
    this.#first = this.#queue.nextAsker() ?? oldest;
    return this.#first;
  }

  /** Lets answers in that fit: in turn, and then those of the first operation. */
  readonly #advance = (): void => {
    const first = this.#findFirst();
    this.#queue.admit(this.#takeRoom);
    if (first !== null) this.#queue.admitOf(first, this.#takeRoom);
  };

  #refusal(source: string, what: string): TributaryError {
    this.#turnedAway += 1;
    const message = `${source}: ${what} Answers of sources may take ${this.most} bytes in all (limits.heldVendorBytes).`;
    return new TributaryError('UPSTREAM_BUDGET_EXCEEDED', message, { source });
  }
}

/** The room of this process. */
export const processRoom = new AnswerRoom();
