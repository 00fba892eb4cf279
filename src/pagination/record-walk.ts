import { anew, inSequence } from '../domain/call.ts';
import type { Call } from '../domain/call.ts';
import type { Direction, Ordered } from '../domain/ordered.ts';
import { locatePage } from './locate.ts';
import type { PageSpan } from './locate.ts';
import type { KeyedRecord, KeysetPage, KeysetRequest, RecordKeysetOptions } from './record-keyset.ts';

/** A record next to which a walk begins, what the list is sorted by, and where it stood in it when it was seen. */
export interface Anchor {
  readonly id: string;
  readonly time: bigint;
  readonly offset: number | null;
}

/** As much of a record as its place in the order depends on. */
type Timed = Pick<Anchor, 'time'>;

export interface WalkedRecord<T extends Ordered> {
  readonly record: KeyedRecord<T>;
  readonly offset: number | null;
}

/**
 * A page has shown that the list is sorted the other way than was thought. So far all records were of one
 * instant: the walk has to begin anew, and what it has given does not count.
 */
export class OrderTurned extends Error {}

/**
 * Walks records through time in one direction: by the vendor's cursors where it has them, by offsets with
 * an overlap of one record where it does not. Native order may be newest or oldest first; pages show it.
 */
export class RecordWalk<T extends Ordered> {
  readonly #options: RecordKeysetOptions<T>;
  readonly #direction: Direction;
  #call: Call;
  /** As the cursor says, or newest first, until records of two instants show how it is. */
  #newestFirst: boolean;
  #orderShown = false;
  /** Has the far end been looked at for it? */
  #looked = false;
  #isLearning = false;
  #cursors: boolean | null = null;
  #count = 0;
  #atEnd = false;
  #edge: Anchor | null = null;
  readonly #given = new Set<string>();

  constructor(options: RecordKeysetOptions<T>, direction: Direction, newestFirst: boolean, call: Call) {
    this.#options = options;
    this.#newestFirst = newestFirst;
    this.#direction = direction;
    this.#call = inSequence(call);
  }

  /** Has the last record of the walk been given? */
  get atEnd(): boolean {
    return this.#atEnd;
  }

  get newestFirst(): boolean {
    return this.#newestFirst;
  }

  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  /** From now on records are asked for afresh, whatever the call remembers: some have gone. */
  renew(): void {
    this.#call = anew(this.#call);
  }

  /** From the oldest (forward) or newest (backward) record on. */
  async beginAtEnd(): Promise<WalkedRecord<T>[]> {
    const first = await this.#fetchFirst();
    if (this.#kind === 'after' || this.#holdsAll(first)) {
      if (this.#kind === 'before') this.#atEnd = true;
      return this.#give(first, 0);
    }
    const { limit } = this.#options;
    let offset = Math.max(0, (first.total ?? first.records.length) - limit);
    // Room for records that come meanwhile, the more the faster they come: nobody can overtake the walk for ever.
    for (let room = 1; ; room *= 2) {
      const page = await this.#fetch({ kind: 'offset', offset });
      const end = offset + page.records.length;
      if (page.records.length === 0 && offset > 0) offset = Math.max(0, offset - limit);
      else if (page.total !== null && end < page.total)
        offset = Math.max(offset + 1, page.total - limit + Math.min(room, limit - 1));
      else {
        if (offset === 0) this.#atEnd = true;
        return this.#give(page, offset);
      }
    }
  }

  /** From the record next to the anchor on; null when the anchor can't be found that way. */
  async beginBeside(anchor: Anchor): Promise<WalkedRecord<T>[] | null> {
    if (this.#cursors !== false) {
      const page = await this.#fetch({ kind: this.#kind, id: anchor.id });
      if (page.cursors) return this.#giveBeside(page, anchor);
      this.#cursors = false;
      this.#edge = null;
    }
    return this.#besideByOffset(anchor);
  }

  /** From the page on that shows every record at or beyond that instant; `near` is an offset close to it, 0 if unknown. */
  async beginAtTime(time: bigint, near = 0): Promise<WalkedRecord<T>[]> {
    const { limit } = this.#options;
    const guess = Math.floor(near / limit);
    const get = (at: number): Promise<KeysetPage<T>> =>
      this.#fetch(at === 0 ? { kind: 'first' } : { kind: 'offset', offset: at * limit });
    // The page at the guess mostly shows the order of the list as well.
    let guessed = guess === 0 ? null : await this.#learning(() => get(guess));
    await this.#learnOrder();
    const step = this.#kind === 'after' ? 1 : -1;
    const { index, page } = await locatePage<KeysetPage<T>>({
      get: async (at) => {
        const known = at === guess ? guessed : null;
        guessed = null;
        return known ?? get(at);
      },
      describe: (found) => this.#spanOf(found),
      step,
      target: this.#normal(time),
      guess,
      canJump: () => true,
    });
    const offset = index * limit;
    if (step === -1) this.#atEnd = offset === 0;
    else if (this.#isLastPage(page, offset)) this.#atEnd = true;
    return this.#give(page, offset);
  }

  /** The records after those that were given. */
  async next(): Promise<WalkedRecord<T>[]> {
    const anchor = this.#edge;
    if (anchor === null) {
      this.#atEnd = true;
      return [];
    }
    const page = await this.beginBeside(anchor).catch((error: unknown) => {
      if (this.#options.isCursorRefused(error)) return null;
      throw error;
    });
    if (page !== null) return page;
    // The record has gone while we walked: find the place by what time it was there.
    this.renew();
    return this.beginAtTime(anchor.time, anchor.offset ?? 0);
  }

  /** The native direction of the walk. */
  get #kind(): 'after' | 'before' {
    return (this.#direction === 'forward') === this.#newestFirst ? 'before' : 'after';
  }

  async #fetch(request: KeysetRequest): Promise<KeysetPage<T>> {
    this.#count += 1;
    const page = await this.#options.fetch(request, this.#call);
    if (page.cursors) this.#cursors = true;
    this.#notice(page.records[0], page.records.at(-1));
    return page;
  }

  /** Two records in native order show which way the list is sorted, if their times differ. Throws OrderTurned. */
  #notice(earlier: Timed | null | undefined, later: Timed | null | undefined): void {
    if (this.#orderShown || !earlier || !later || earlier.time === later.time) return;
    const newestFirst = earlier.time > later.time;
    const isTurned = newestFirst !== this.#newestFirst;
    this.#orderShown = true;
    this.#newestFirst = newestFirst;
    if (!isTurned || this.#isLearning) return;
    this.#atEnd = false;
    this.#edge = null;
    this.#given.clear();
    throw new OrderTurned();
  }

  /** Looks at a page before anything follows from the order of the list. */
  async #learning<R>(look: () => Promise<R>): Promise<R> {
    this.#isLearning = true;
    try {
      return await look();
    } finally {
      this.#isLearning = false;
    }
  }

  /** The first page; where all of it is of one instant, a look at the far end shows which way the list goes. */
  #fetchFirst(): Promise<KeysetPage<T>> {
    return this.#learning(async () => {
      const first = await this.#fetch({ kind: 'first' });
      const near = first.records[0];
      const isKnown = this.#orderShown || this.#looked || this.#holdsAll(first);
      if (isKnown || near === undefined || first.total === null) return first;
      this.#looked = true;
      const far = await this.#fetch({ kind: 'offset', offset: first.total - 1 });
      // Had as many records come before it, the one at the far end could be one of them.
      if ((far.total ?? Infinity) < 2 * first.total) this.#notice(near, far.records.at(-1));
      return first;
    });
  }

  /** A search has to know which way the list is sorted before it asks in the wrong half. */
  async #learnOrder(): Promise<void> {
    if (!this.#orderShown && !this.#looked) await this.#fetchFirst();
  }

  #giveBeside(page: KeysetPage<T>, anchor: Anchor): WalkedRecord<T>[] {
    if (this.#kind === 'after') this.#notice(anchor, page.records.at(-1));
    else this.#notice(page.records[0], anchor);
    const { length } = page.records;
    if (length === 0 || (this.#kind === 'after' && page.more === false)) this.#atEnd = true;
    if (this.#kind === 'before' && (page.moreBefore === false || length < this.#options.limit)) this.#atEnd = true;
    const start =
      anchor.offset === null ? null : this.#kind === 'after' ? anchor.offset + 1 : Math.max(0, anchor.offset - length);
    return this.#give(page, start);
  }

  async #besideByOffset(anchor: Anchor): Promise<WalkedRecord<T>[] | null> {
    const { limit } = this.#options;
    if (anchor.offset === null) return null;
    // The anchor itself is asked for too, at the page's near edge: it shows whether the list has moved.
    let offset = this.#kind === 'after' ? anchor.offset : Math.max(0, anchor.offset - limit + 1);
    for (let tries = 0; tries < 4; tries += 1) {
      const page = await this.#fetch(offset === 0 ? { kind: 'first' } : { kind: 'offset', offset });
      const at = page.records.findIndex((record) => record.id === anchor.id);
      if (at !== -1) {
        const records = this.#kind === 'after' ? page.records.slice(at + 1) : page.records.slice(0, at);
        const start = this.#kind === 'after' ? offset + at + 1 : offset;
        if (this.#kind === 'before' ? offset === 0 : this.#isLastPage(page, offset)) this.#atEnd = true;
        if (records.length > 0 || this.#atEnd) return this.#give({ ...page, records }, start);
        // The anchor stands at the far edge: everything that is wanted is on the next page.
        offset = this.#kind === 'after' ? offset + at : Math.max(0, offset - limit + 1);
        continue;
      }
      // Records that came before it have pushed the anchor on, away from the native start.
      offset += Math.max(1, limit - 1);
    }
    return null;
  }

  /** Puts the page's records in walk order, without those that were given before. */
  #give(page: KeysetPage<T>, start: number | null): WalkedRecord<T>[] {
    const records = page.records.map((record, i) => ({ record, offset: start === null ? null : start + i }));
    if (this.#kind === 'before') records.reverse();
    const last = records.at(-1);
    if (last !== undefined) this.#edge = { id: last.record.id, time: last.record.time, offset: last.offset };
    if (this.#kind === 'after' && start !== null && this.#isLastPage(page, start)) this.#atEnd = true;
    const fresh = records.filter(({ record }) => !this.#given.has(record.id));
    for (const { record } of fresh) this.#given.add(record.id);
    return fresh;
  }

  #holdsAll(page: KeysetPage<T>): boolean {
    return page.total !== null ? page.total <= page.records.length : page.more === false;
  }

  #isLastPage(page: KeysetPage<T>, start: number): boolean {
    if (page.more !== null && page.cursors) return !page.more;
    if (page.total !== null) return start + page.records.length >= page.total;
    return page.records.length < this.#options.limit;
  }

  #spanOf(page: KeysetPage<T>): PageSpan {
    const times = page.records.map((record) => this.#normal(record.time));
    const empty = times.length === 0;
    return {
      first: empty ? null : times.reduce((a, b) => (a < b ? a : b)),
      last: empty ? null : times.reduce((a, b) => (a > b ? a : b)),
      isLast: !empty && !(page.more ?? page.records.length >= this.#options.limit),
      pageCount: page.total === null || empty ? null : Math.ceil(page.total / this.#options.limit),
      total: page.total,
    };
  }

  #normal(time: bigint): bigint {
    return this.#newestFirst ? -time : time;
  }
}
