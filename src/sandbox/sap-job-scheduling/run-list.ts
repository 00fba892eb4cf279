import { firstIndex } from '../../domain/first-index.ts';
import { decodeRunId, encodeRunId, scramble } from './run-ids.ts';
import { runOrder } from './runs.ts';
import type { SapRun, SapRunFields } from './runs.ts';

interface Written {
  /** Number of computed runs before it. */
  readonly rank: number;
  readonly run: SapRun;
}

/**
 * The runs of one schedule, oldest first: computed runs, which are not stored, with written runs sorted in. Places
 * count from 0; a place is found by time or by id with a binary search.
 */
export class RunList {
  readonly #serial: number;
  readonly #idForm: 'uuid' | 'hex';
  readonly #shuffleTies: boolean;
  readonly #orderOf: (run: SapRunFields) => bigint;
  #computed: (index: number) => SapRunFields = unreachable;
  /** Computed runs before `#first` have been purged. */
  #first = 0;
  #end = 0;
  #written: Written[] = [];
  #numbers = 0;

  constructor(serial: number, idForm: 'uuid' | 'hex', shuffleTies: boolean, sortedBy: 'invocation' | 'scheduling') {
    this.#orderOf = sortedBy === 'scheduling' ? (run) => run.scheduled : runOrder;
    this.#serial = serial;
    this.#idForm = idForm;
    this.#shuffleTies = shuffleTies;
  }

  get size(): number {
    return this.#end - this.#first + this.#written.length;
  }

  /** Makes the list a computed one, and removes all written runs. */
  generate(count: number, computed: (index: number) => SapRunFields): void {
    this.#computed = computed;
    this.#first = 0;
    this.#end = count;
    this.#written = [];
  }

  at(place: number): SapRun | undefined {
    if (place < 0 || place >= this.size) return undefined;
    const index = this.#writtenBefore(place);
    const written = this.#written[index];
    if (written !== undefined && this.#placeOf(written, index) === place) return written.run;
    return this.#computedRun(this.#first + place - index);
  }

  /** The run's place, or -1. */
  placeOf(runId: string): number {
    const parts = decodeRunId(runId);
    if (parts?.list !== this.#serial) return -1;
    if (!parts.computed) {
      const index = this.#written.findIndex(({ run }) => run.runId === runId);
      const written = this.#written[index];
      return written === undefined ? -1 : this.#placeOf(written, index);
    }
    if (parts.number < this.#first || parts.number >= this.#end) return -1;
    if (this.#computedRun(parts.number).runId !== runId) return -1;
    return parts.number - this.#first + this.#writtenUpTo(parts.number);
  }

  /** Sorts a run in by its time and returns its id. */
  insert(fields: SapRunFields): string {
    this.#numbers += 1;
    const runId = encodeRunId({ list: this.#serial, computed: false, number: this.#numbers }, this.#idForm);
    this.#place({ ...fields, runId });
    return runId;
  }

  /** Replaces a written run and moves it to the place for its time. False if no run has that id. */
  replace(runId: string, change: (run: SapRun) => SapRunFields): boolean {
    const index = this.#written.findIndex(({ run }) => run.runId === runId);
    const [old] = index === -1 ? [] : this.#written.splice(index, 1);
    if (old === undefined) return false;
    this.#place({ ...change(old.run), runId });
    return true;
  }

  /** Removes the runs before a time, as retention does. */
  purge(before: bigint): void {
    this.#first = firstIndex(this.#first, this.#end, (index) => this.#orderOf(this.#computedRun(index)) >= before);
    this.#written = this.#written
      .filter(({ run }) => this.#orderOf(run) >= before)
      .map(({ rank, run }) => ({ rank: Math.max(rank, this.#first), run }));
  }

  #place(run: SapRun): void {
    const time = this.#orderOf(run);
    const after = firstIndex(0, this.size, (place) => this.#timeAt(place) > time);
    let place = after;
    if (this.#shuffleTies) {
      const from = firstIndex(0, this.size, (candidate) => this.#timeAt(candidate) >= time);
      place = from + (scramble(this.#numbers) % (after - from + 1));
    }
    const index = this.#writtenBefore(place);
    this.#written.splice(index, 0, { rank: this.#first + place - index, run });
  }

  #computedRun(index: number): SapRun {
    const runId = encodeRunId({ list: this.#serial, computed: true, number: index }, this.#idForm);
    return { ...this.#computed(index), runId };
  }

  #timeAt(place: number): bigint {
    const run = this.at(place);
    return run === undefined ? 0n : this.#orderOf(run);
  }

  #placeOf(written: Written, index: number): number {
    return written.rank - this.#first + index;
  }

  /** Number of written runs before a place. */
  #writtenBefore(place: number): number {
    return firstIndex(0, this.#written.length, (index) => {
      const written = this.#written[index];
      return written === undefined || this.#placeOf(written, index) >= place;
    });
  }

  /** Number of written runs before a computed one. */
  #writtenUpTo(computedIndex: number): number {
    return firstIndex(0, this.#written.length, (index) => (this.#written[index]?.rank ?? Infinity) > computedIndex);
  }
}

function unreachable(index: number): never {
  throw new Error(`the list has no computed run ${index}`);
}
