import type { Call } from '../../domain/call.ts';
import type { KeptRows, OpenKeptRows } from '../../domain/kept-rows.ts';
import { Caller } from '../policy/caller.ts';
import type { AnswerLease } from './answer-lease.ts';
import { LARGE_ANSWER_BYTES } from './answer-room.ts';
import type { AnswerRoom, WaitingPlaces } from './answer-room.ts';

/** Room for kept rows is asked for in steps of this size. */
const STEP_BYTES = 1024 * 1024;

/** The part of the room that answers of one source use. */
export interface SourceRoom {
  lease(caller: Caller): AnswerLease;
  /** For one reader of streams. Of its answers, those before the newest ones are let go. */
  keeping(call: Call): OpenKeptRows;
}

export function createSourceRoom(room: AnswerRoom, source: string, concurrency: number): SourceRoom {
  const places = createWaitingPlaces(concurrency);
  const lease = (caller: Caller): AnswerLease => room.lease(source, caller, places);
  let readers = 0;
  return {
    lease,
    keeping(call) {
      readers += 1;
      const list = `${source}: rows of reader ${readers}`;
      const { asker, priority } = call;
      return () =>
        new KeptInRoom(
          () => lease(new Caller([{ asker, priority }])),
          (held) => {
            room.keep(asker, list, held);
          },
        );
    },
  };
}

class KeptInRoom implements KeptRows {
  readonly #open: () => AnswerLease;
  readonly #keep: (lease: AnswerLease) => void;
  #lease: AnswerLease | null = null;
  #steps = 0;

  constructor(open: () => AnswerLease, keep: (lease: AnswerLease) => void) {
    this.#open = open;
    this.#keep = keep;
  }

  set(bytes: number): void {
    const steps = bytes <= LARGE_ANSWER_BYTES ? 0 : Math.ceil(bytes / STEP_BYTES);
    if (steps === this.#steps) return;
    this.#lease ??= this.#open();
    this.#lease.setNow(steps * STEP_BYTES);
    this.#steps = steps;
  }

  end(isKept: boolean): void {
    if (this.#lease === null) return;
    if (isKept) this.#keep(this.#lease);
    this.#lease.endReading();
    this.#lease = null;
  }
}

/**
 * Answers that wait for room keep their places at their source. Half of the places are left to others, so that the operation whose end they
 * wait for can go on asking.
 */
export function createWaitingPlaces(concurrency: number): WaitingPlaces {
  const most = Math.max(1, Math.floor(concurrency / 2));
  let waiting = 0;
  return {
    wait() {
      if (waiting >= most) return null;
      waiting += 1;
      return () => {
        waiting -= 1;
      };
    },
  };
}
