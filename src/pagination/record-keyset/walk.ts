/** One file, although a long one: all steps of a walk share its state. */
import { freshCall, inSequence } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Direction, Ordered } from '../../domain/ordered.ts';
import { fetchFitting } from './list.ts';
import type { FoundPage, KeyedRecord, KeysetPage, KeysetRequest, RecordKeysetOptions } from './list.ts';
import { moreBehindAsked } from '../core/page-end.ts';
import { PageGuard } from '../core/page-guard.ts';
import { findBeside } from './beside.ts';
import { KnownLog } from './known-log.ts';
import { RecordPageLengths, BrokenList } from './pages.ts';
import { findFarEnd, findPlace } from './search.ts';
import { isCountWrong } from './other-page.ts';
import type { OffsetPages } from './other-page.ts';
import type { RecordScale, RecordTimes } from './scale.ts';

/** A record next to which a walk begins, with its offset when it was read. */
export interface Anchor {
  readonly id: string;
  /** Of the anchor and of all records on its side of a place no row lies beyond this instant. */
  readonly bound: bigint;
  readonly offset: number | null;
}

export interface WalkedRecord<T extends Ordered> {
  readonly record: KeyedRecord<T>;
  readonly offset: number | null;
}

/**
 * A page has shown that the list is sorted the other way than was assumed. So far all records were of one
 * instant: the walk has to start over, and what it has given does not count.
 */
export class OrderTurned extends Error {}

/** A record from which a walk continues. */
interface Place {
  readonly id: string;
  readonly offset: number | null;
  /** Known if this walk has read the record. */
  readonly times?: RecordTimes | undefined;
}

/** More records than any list has. */
const MAX_OFFSET = 2 ** 31 - 1;

/** Most answers in a row without a new record. Some overlap with known records in order to continue from them. */
const MOST_IDLE = 10;

/** How often the last page is asked for by the length that the list has, and how many new records may have moved it. */
const MOST_TRIES = 2;
const ROOM = 2;

/** The last record that a walk has reached. */
interface Edge {
  readonly id: string;
  readonly offset: number | null;
  readonly times: RecordTimes;
}

/**
 * Walks records through time in one direction: by the vendor's cursors where it has them, by offsets with
 * an overlap where it does not. Native order may be newest or oldest first; pages show it.
 */
export class RecordWalk<T extends Ordered> {
  readonly #options: RecordKeysetOptions<T>;
  readonly #scale: RecordScale;
  readonly #direction: Direction;
  readonly #lengths: RecordPageLengths;
  #call: Call;
  /** From the cursor or from another walk of the source, until records of two instants show the order. */
  #newestFirst: boolean;
  readonly #isOrderKnown: boolean;
  #orderShown = false;
  /** True once the far end was read to find out the order. */
  #looked = false;
  #isLearning = false;
  #cursors: boolean | null = null;
  #count = 0;
  #atEnd = false;
  #edge: Edge | null = null;
  /** The last record with an id of the vendor. */
  #namedEdge: Edge | null = null;
  /** The count that came with the page from which offsets are counted. Null: none, or the offset is older than this walk. */
  #counted: number | null = null;
  #wrong: string | undefined;
  /** Knows the records that were given. */
  readonly #guard = new PageGuard(MOST_IDLE);

  constructor(
    options: RecordKeysetOptions<T>,
    scale: RecordScale,
    { direction, newestFirst }: { direction: Direction; newestFirst: boolean | null },
    call: Call,
  ) {
    this.#options = options;
    this.#scale = scale;
    const { size } = options;
    this.#lengths = new RecordPageLengths(size.usual, size.shownTo(call), KnownLog.of(size));
    const known = newestFirst ?? options.order.newestFirst;
    this.#isOrderKnown = known !== null;
    this.#newestFirst = known ?? true;
    this.#direction = direction;
    this.#call = inSequence(call);
  }

  /** True if the last record of the walk was given out. */
  get atEnd(): boolean {
    return this.#atEnd;
  }

  /** Null: no records of two instants have shown it. */
  get newestFirst(): boolean | null {
    return this.#orderShown || this.#isOrderKnown ? this.#newestFirst : null;
  }

  /** Reports, once, why records are out of reach. */
  takeWrong(): string | undefined {
    const wrong = this.#wrong;
    this.#wrong = undefined;
    return wrong;
  }

  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  /** From now on, requests records anew instead of using remembered answers, because some are gone. */
  renew(): void {
    this.#call = freshCall(this.#call);
  }

  /** Starts at the oldest (forward) or newest (backward) record. `rows`: the page size; null: the usual one. */
  async beginAtEnd(rows: number | null = null): Promise<WalkedRecord<T>[]> {
    if (this.#kind === 'before') {
      const known = rows === null ? null : await this.#atKnownEnd(rows);
      if (known !== null) return this.#giveWhole(known.page, known.offset);
    }
    const first = await this.#fetchFirst(this.#kind === 'after' ? rows : null);
    if (this.#kind === 'after') return this.#giveWhole(first, 0);
    try {
      const end = await findFarEnd(this.#byOffset(), first);
      if (end.offset > 0) KnownLog.of(this.#options.size).ended(end);
      return this.#giveWhole(end.page, end.offset);
    } catch (error) {
      if (!(error instanceof BrokenList)) throw error;
      // Only the records of the first page are available.
      this.#wrong = error.what;
      return this.#giveWhole(first, 0);
    }
  }

  /** The last page of the list, straight away where it was found before; null: it is somewhere else. */
  async #atKnownEnd(rows: number): Promise<FoundPage<T> | null> {
    const log = KnownLog.of(this.#options.size);
    for (let tries = 0, total = log.farEnd?.total ?? 0; tries < MOST_TRIES && total > rows; tries += 1) {
      const offset = total - rows + ROOM;
      const page = await this.#fetch({ kind: 'offset', offset }, rows);
      // The known record may be gone. An unchanged count of records shows the end as well.
      const isShown = log.shows(page) || (tries > 0 && page.total === total);
      if (isShown && this.#lengths.isEnd(page, offset)) {
        log.ended({ page, offset });
        return { page, offset };
      }
      if (page.total === null || page.total === total) break;
      ({ total } = page);
    }
    log.farEnd = null;
    return null;
  }

  /** Starts at the record next to the anchor. Null if the vendor's cursor cannot find the anchor. */
  async beginBeside(anchor: Place): Promise<WalkedRecord<T>[] | null> {
    if (this.#cursors !== false) {
      const page = await this.#fetch({ kind: this.#kind, id: anchor.id });
      if (page.cursors && (await this.#isBeside(page, anchor))) return this.#giveBeside(page, anchor);
      this.#cursors = false;
    }
    return this.#besideByOffset(anchor);
  }

  /** Starts at a page before which no record has a row at or beyond `at`. `near`: an offset close to it, 0 if unknown. */
  async beginAt(at: bigint, near = 0): Promise<WalkedRecord<T>[]> {
    const pages = this.#byOffset();
    // The page at the guess mostly shows the order of the list as well.
    const around = Math.max(0, near - (this.#lengths.usual >> 1));
    const guessed = around === 0 ? null : await this.#learning(() => pages.fetch(around));
    await this.#learnOrder();
    const isPassed = (record: RecordTimes): boolean => this.#scale.far(record) < at;
    const { records, beyond } = this.#scale;
    const { page, offset } = await findPlace(pages, {
      kind: this.#kind,
      guess: guessed === null ? null : { page: guessed, offset: around },
      margin: records + 1,
      at: this.#kind === 'after' ? at : -at,
      time: (record) => (this.#kind === 'after' ? this.#scale.far(record) : -this.#scale.far(record)),
      isPassed,
      isClear: (record) => this.#scale.far(record) + beyond < at,
    });
    return this.#giveWhole(page, offset);
  }

  /** The records after those that were given. */
  async next(): Promise<WalkedRecord<T>[]> {
    // The vendor does not know an id that is ours, so continue from a named record.
    const edge = this.#cursors === false ? this.#edge : (this.#namedEdge ?? this.#edge);
    if (edge === null) {
      this.#atEnd = true;
      return [];
    }
    const page = await this.beginBeside(edge).catch((error: unknown) => {
      if (this.#options.isCursorRefused(error)) return null;
      throw error;
    });
    const found = page ?? (await this.#again(edge));
    if (this.#guard.isStuck(found.length > 0) && !this.#atEnd) throw new BrokenList();
    return found;
  }

  /** The record was removed during the walk, or cannot be found: searches for its place by its time. */
  #again({
    offset,
    times,
  }: {
    readonly offset: number | null;
    readonly times: RecordTimes;
  }): Promise<WalkedRecord<T>[]> {
    this.renew();
    return this.beginAt(this.#scale.near(times), offset ?? 0);
  }

  /** The native direction of the walk. */
  get #kind(): 'after' | 'before' {
    return (this.#direction === 'forward') === this.#newestFirst ? 'before' : 'after';
  }

  #byOffset(): OffsetPages<T> {
    const fetch = (offset: number): Promise<KeysetPage<T>> => {
      // A list in which something lies even there has no end: the vendor gives its last page for every offset.
      if (offset > MAX_OFFSET) throw new BrokenList();
      return this.#fetch(offset === 0 ? { kind: 'first' } : { kind: 'offset', offset });
    };
    const refetch = (offset: number): Promise<KeysetPage<T>> => {
      this.renew();
      return fetch(offset);
    };
    return { lengths: this.#lengths, fetch, refetch };
  }

  async #fetch(request: KeysetRequest, rows: number | null = null): Promise<KeysetPage<T>> {
    const page = await this.#ask(request, rows);
    this.#lengths.saw(page, request.kind === 'offset' ? request.offset : request.kind === 'first' ? 0 : null);
    if (page.cursors) this.#cursors ??= true;
    this.#noticeAll(page.records);
    if (request.kind === 'first') await moreBehindAsked(this.#lengths.signsOf(page, 0), () => this.#countsOfOne());
    return page;
  }

  async #ask(request: KeysetRequest, rows: number | null): Promise<KeysetPage<T>> {
    const ask = (): Promise<KeysetPage<T>> => {
      this.#count += 1;
      return fetchFitting(this.#options, request, this.#call, rows ?? this.#options.size.usual);
    };
    const page = await ask();
    // An empty first page that counts records may have lost them on the way.
    if (request.kind !== 'first' || page.records.length > 0 || !this.#lengths.saysMore(page, 0)) return page;
    this.renew();
    return ask();
  }

  async #countsOfOne(): Promise<{ readonly count: number; readonly total: number | null }> {
    this.#count += 1;
    const { records, total } = await fetchFitting(this.#options, { kind: 'first' }, this.#call, 1);
    return { count: records.length, total };
  }

  /**
   * Two records in native order show the direction of the list if they differ in both times: the list may be sorted by a
   * time in which they are equal. Throws OrderTurned.
   */
  #notice(earlier: RecordTimes | null | undefined, later: RecordTimes | null | undefined): void {
    if (this.#orderShown || !earlier || !later) return;
    const isDown = earlier.earliest > later.earliest && earlier.latest > later.latest;
    const isUp = earlier.earliest < later.earliest && earlier.latest < later.latest;
    if (isDown !== isUp) this.#learn(isDown);
  }

  /** Where one time goes both up and down along a page, the list is not sorted by it, so the other shows the way. */
  #noticeAll(records: readonly KeyedRecord<T>[]): void {
    this.#notice(records[0], records.at(-1));
    if (this.#orderShown) return;
    const named = records.filter(({ nameless }) => nameless !== true);
    const ways = [waysOf(named.map(({ earliest }) => earliest)), waysOf(named.map(({ latest }) => latest))];
    const way = ways.find(({ up, down }) => up !== down);
    if (way !== undefined && ways.some(({ up, down }) => up && down)) this.#learn(way.down);
  }

  #learn(isDown: boolean): void {
    const isTurned = isDown !== this.#newestFirst;
    this.#orderShown = true;
    this.#newestFirst = isDown;
    this.#options.order.newestFirst = isDown;
    if (!isTurned || this.#isLearning) return;
    this.#atEnd = false;
    this.#edge = null;
    this.#namedEdge = null;
    this.#guard.forget();
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

  /** The first page. If all its records are of one instant, the far end of the list shows its direction. */
  #fetchFirst(rows: number | null = null): Promise<KeysetPage<T>> {
    return this.#learning(async () => {
      const first = await this.#fetch({ kind: 'first' }, rows);
      const near = first.records[0];
      const isKnown = this.#orderShown || this.#looked || this.#lengths.isEnd(first, 0);
      if (isKnown || near === undefined) return first;
      this.#looked = true;
      const end = await findFarEnd(this.#byOffset(), first).catch((error: unknown) => {
        if (error instanceof BrokenList) return null;
        throw error;
      });
      if (end === null) return first;
      const { page, offset } = end;
      // If at least `offset` records were added before the page, they may include the record at the far end.
      const moved = (page.total ?? 0) - (first.total ?? 0);
      if (moved < offset) this.#notice(near, page.records.at(-1));
      return first;
    });
  }

  /** Finds out the direction of the list, which a search needs to choose the right half. */
  async #learnOrder(): Promise<void> {
    if (!this.#orderShown && !this.#looked) await this.#fetchFirst();
  }

  /**
   * False if the instance ignored the cursor and gave its first page: no record is before that one, but the anchor should be. An
   * empty page is not believed where records should lie beside the anchor.
   */
  async #isBeside(page: KeysetPage<T>, { id, offset }: Place): Promise<boolean> {
    if (page.records.length === 0 && this.#saysMoreBeside(page, offset)) {
      return this.#kind === 'after' && (await isCountWrong(this.#byOffset(), page, id));
    }
    const isRepeated = page.records.length > 0 && page.records.every(({ id }) => this.#guard.hasSeen(id));
    if (isRepeated) return false;
    if (page.moreBefore !== false) return true;
    return this.#kind === 'before' ? offset === null || offset <= page.records.length : page.records.length === 0;
  }

  /** Records that came meanwhile have changed the count. So an offset is compared with the count of its time, if that is known. */
  #saysMoreBeside({ more, moreBefore, total }: KeysetPage<T>, offset: number | null): boolean {
    if (this.#kind === 'before') return moreBefore === true || (offset !== null && offset > 0);
    return more === true || (offset !== null && (this.#counted ?? total ?? 0) > offset + 1);
  }

  #giveBeside(page: KeysetPage<T>, { offset, times }: Place): WalkedRecord<T>[] {
    const { length } = page.records;
    if (this.#kind === 'after') this.#notice(times, page.records.at(-1));
    else this.#notice(page.records[0], times);
    if (this.#kind === 'after') return this.#giveLast(page, offset === null ? null : offset + 1);
    const start = offset === null ? null : Math.max(0, offset - length);
    const signs = [page.moreBefore === false, start === 0, this.#lengths.isShort(page)];
    if (length === 0 || (page.moreBefore !== true && signs.filter(Boolean).length >= 2)) this.#atEnd = true;
    return this.#give(page, start);
  }

  async #besideByOffset({ id, offset }: Place): Promise<WalkedRecord<T>[] | null> {
    if (offset === null) return null;
    const found = await findBeside(this.#byOffset(), { id, offset }, this.#kind);
    if (found === null) return null;
    if (found.isEnd) this.#atEnd = true;
    this.#counted = found.page.total;
    return this.#give(found.page, found.offset);
  }

  /** A page at its offset. */
  #giveWhole(page: KeysetPage<T>, start: number): WalkedRecord<T>[] {
    this.#counted = page.total;
    return this.#giveLast(page, start);
  }

  /** A page as the vendor gave it: it may be the last one of the walk. */
  #giveLast(page: KeysetPage<T>, start: number | null): WalkedRecord<T>[] {
    if (this.#kind === 'before' ? start === 0 : this.#lengths.isEnd(page, start)) this.#atEnd = true;
    return this.#give(page, start);
  }

  /** Puts the page's records in walk order, without those that were given before. */
  #give(page: KeysetPage<T>, start: number | null): WalkedRecord<T>[] {
    const records = page.records.map((record, i) => ({ record, offset: start === null ? null : start + i }));
    if (this.#kind === 'before') records.reverse();
    this.#edge = edgeAt(records.at(-1)) ?? this.#edge;
    this.#namedEdge = edgeAt(records.findLast(({ record }) => record.nameless !== true)) ?? this.#namedEdge;
    const fresh = records.filter(({ record }) => !this.#guard.hasSeen(record.id));
    this.#guard.countNew(fresh.map(({ record }) => record.id));
    return fresh;
  }
}

/** Whether times grow anywhere, and whether they shrink anywhere. */
function waysOf(times: readonly bigint[]): { readonly up: boolean; readonly down: boolean } {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return { up: steps.some((step) => step > 0n), down: steps.some((step) => step < 0n) };
}

function edgeAt<T extends Ordered>(walked: WalkedRecord<T> | undefined): Edge | null {
  return walked === undefined ? null : { id: walked.record.id, offset: walked.offset, times: walked.record };
}
