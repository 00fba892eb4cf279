import type { Asker, Call } from '../../domain/call.ts';
import type { KeptRows, OpenKeptRows } from '../../domain/kept-rows.ts';
import { Caller } from '../policy/caller.ts';
import type { AnswerLease } from './answer-lease.ts';
import { LARGE_ANSWER_BYTES } from './answer-room.ts';
import type { AnswerRoom } from './answer-room.ts';
import type { WaitingPlaces } from './room-queue.ts';

/** Room for kept rows is asked for in steps of this size. */
const STEP_BYTES = 1024 * 1024;

/** Few rows take one part after the other, each twice as large as the one before: 240 KiB in all. */
const SMALL_PARTS = [16, 32, 64, 128].map((kibibytes) => kibibytes * 1024);

/** Makes the lease of an answer, once it is known to be large or small. */
export interface Leases {
  readonly large: () => AnswerLease;
  readonly small: () => AnswerLease;
}

/** The part of the room that answers of one source use. */
export interface SourceRoom {
  leases(caller: Caller): Leases;
  /** For one reader of streams. Of its answers, those before the newest ones are let go. */
  keeping(call: Call): OpenKeptRows;
}

export function createSourceRoom(room: AnswerRoom, source: string, concurrency: number): SourceRoom {
  const places = createWaitingPlaces(concurrency);
  const leases = (caller: Caller): Leases => ({
    large: () => room.lease(source, caller, places),
    small: () => room.smallLease(source, caller, places),
  });
  let readers = 0;
  return {
    leases,
    keeping(call) {
      readers += 1;
      const list = `${source}: rows of reader ${readers}`;
      const { asker, priority } = call;
      return () =>
        new KeptInRoom(leases(new Caller([{ asker, priority }])), (held, part) => {
          room.keep(asker, `${list}, ${part}`, held);
        });
    },
  };
}

class KeptInRoom implements KeptRows {
  readonly #open: Leases;
  readonly #keep: (lease: AnswerLease, part: number) => void;
  /** What the first rows take, in parts, and then what all rows take. */
  readonly #leases: AnswerLease[] = [];
  #steps = 0;

  constructor(open: Leases, keep: (lease: AnswerLease, part: number) => void) {
    this.#open = open;
    this.#keep = keep;
  }

  set(bytes: number): void {
    this.#setParts(bytes);
    const steps = bytes <= LARGE_ANSWER_BYTES ? 0 : Math.ceil(bytes / STEP_BYTES);
    if (steps === this.#steps) return;
    this.#leases[SMALL_PARTS.length] ??= this.#open.large();
    this.#leases[SMALL_PARTS.length]?.setNow(steps * STEP_BYTES);
    this.#steps = steps;
  }

  /** Takes parts until they are enough. They are given back at the end. */
  #setParts(bytes: number): void {
    let room = 0;
    for (const [index, part] of SMALL_PARTS.entries()) {
      if (room >= bytes) return;
      room += part;
      if (this.#leases[index] !== undefined) continue;
      const lease = this.#open.small();
      lease.setNow(part);
      this.#leases[index] = lease;
    }
  }

  end(isKept: boolean): void {
    for (const [part, lease] of this.#leases.entries()) {
      if (isKept) this.#keep(lease, part);
      lease.endReading();
    }
    this.#leases.length = 0;
  }
}

/**
 * Answers that wait for room keep their places at their source. Half of the places are left to others, so that the operation whose end they
 * wait for can go on asking. The last place to wait is for a caller that has none.
 */
export function createWaitingPlaces(concurrency: number): WaitingPlaces {
  const most = Math.max(1, Math.floor(concurrency / 2));
  const byOwner = new Map<string | Asker, number>();
  let waiting = 0;
  return {
    wait(asker) {
      const owner = asker.caller ?? asker;
      const own = byOwner.get(owner) ?? 0;
      if (waiting + (own > 0 ? 1 : 0) >= most) return null;
      waiting += 1;
      byOwner.set(owner, own + 1);
      return () => {
        waiting -= 1;
        const left = (byOwner.get(owner) ?? 0) - 1;
        if (left > 0) byOwner.set(owner, left);
        else byOwner.delete(owner);
      };
    },
  };
}
