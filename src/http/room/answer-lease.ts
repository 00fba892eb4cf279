import type { Asker } from '../../domain/call.ts';

/** What a lease asks of its room. */
export interface RoomAccount {
  /** Takes so many bytes more, and calls back when they are taken. Null: they are. Throws if they can never be. */
  readonly take: (bytes: number, taken: () => void) => Promise<void> | null;
  /** Takes them without waiting. Throws if that cannot be. */
  readonly takeNow: (bytes: number) => void;
  readonly give: (bytes: number) => void;
  /** So many bytes more, or fewer, count for an operation. */
  readonly count: (asker: Asker, bytes: number) => void;
}

/** The room of one large answer: while it is read, and then until the last operation that has got it leaves it. */
export class AnswerLease {
  readonly #account: RoomAccount;
  /** How often each operation holds the answer: as its reader, and as one that has got it. */
  readonly #askers = new Map<Asker, number>();
  readonly #readers: readonly Asker[];
  #bytes = 0;
  #isOver = false;

  constructor(readers: readonly Asker[], account: RoomAccount) {
    this.#account = account;
    this.#readers = readers;
    for (const reader of readers) this.#askers.set(reader, 1);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes more room: a promise if it has to wait for that. Throws, or rejects, if there is none. */
  take(bytes: number): Promise<void> | null {
    return this.#account.take(bytes, () => {
      // It may not be held any more.
      if (this.#isOver) this.#account.give(bytes);
      else this.#add(bytes);
    });
  }

  /** Takes or gives back what the answer needs more or less than before. */
  set(bytes: number): Promise<void> | null {
    const more = bytes - this.#bytes;
    if (more > 0) return this.take(more);
    if (more < 0) {
      this.#add(more);
      this.#account.give(-more);
    }
    return null;
  }

  /** The same without waiting. Throws if there is no room now. */
  setNow(bytes: number): void {
    const more = bytes - this.#bytes;
    if (more > 0) {
      this.#account.takeNow(more);
      this.#add(more);
    } else void this.set(bytes);
  }

  /** One more operation holds the answer. */
  join(asker: Asker): void {
    if (this.#isOver) return;
    const times = this.#askers.get(asker) ?? 0;
    this.#askers.set(asker, times + 1);
    if (times === 0) this.#account.count(asker, this.#bytes);
  }

  /** An operation holds it no more. The room is free when none does. */
  leave(asker: Asker): void {
    const times = this.#askers.get(asker);
    if (times === undefined) return;
    if (times > 1) {
      this.#askers.set(asker, times - 1);
      return;
    }
    this.#askers.delete(asker);
    this.#account.count(asker, -this.#bytes);
    if (this.#askers.size > 0) return;
    this.#isOver = true;
    this.#account.give(this.#bytes);
  }

  /** The answer has been read, and has come to the operations that asked for it. */
  readonly endReading = (): void => {
    for (const reader of this.#readers) this.leave(reader);
  };

  #add(bytes: number): void {
    this.#bytes += bytes;
    for (const asker of this.#askers.keys()) this.#account.count(asker, bytes);
  }
}
