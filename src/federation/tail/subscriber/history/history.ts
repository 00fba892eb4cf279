import type { CursorState, MergedPosition } from '../../../cursor/position.ts';
import type { Delivery } from '../events/delivery.ts';
import { compareMerged, untouched } from '../../../cursor/position.ts';
import type { ResolvedScope } from '../../../logs/slots.ts';
import type { HistoryPage } from './history-page.ts';
import { FROM_THE_BEGINNING, placeOfJob, positionBefore, startOf } from '../place/job-place.ts';
import type { JobPlace } from '../place/job-place.ts';
import type { Lane } from '../lane.ts';

/** Reads one page after a place. */
export type ReadPage = (scopes: ReadonlyMap<number, ResolvedScope>, from: CursorState) => Promise<HistoryPage>;

export interface HistoryOptions {
  readonly read: ReadPage;
  /** Called when a page has been read. */
  readonly wake: () => void;
  /** The pause before a failed source is called again, if the source does not set one. */
  readonly retryMilliseconds: number;
  /** True if lines were delivered that this history should meet again. */
  readonly expects: boolean;
  /** The instant of the latest line that was delivered. */
  readonly furthest: bigint | null;
}

/** Detects that none of the delivered lines exists any more. */
interface LossWatch {
  expects: boolean;
  readonly furthest: bigint | null;
  first: MergedPosition | null;
}

/**
 * The history phase: the past of some jobs is read, together and in time order, until the windows of their feeds hold
 * the rest. One page is read at a time, in the background.
 */
export class History {
  readonly #read: ReadPage;
  readonly #wake: () => void;
  readonly #retryMilliseconds: number;
  #lanes: readonly Lane[];
  readonly #began: CursorState;
  #place: CursorState;
  #state:
    | { readonly kind: 'idle'; readonly dueAt: number }
    | { readonly kind: 'reading' }
    | { readonly kind: 'read'; readonly page: HistoryPage }
    | { readonly kind: 'broken'; readonly error: unknown } = { kind: 'idle', dueAt: 0 };
  #more = true;
  #failed: ReadonlySet<number> = new Set();
  readonly #loss: LossWatch;

  constructor(lanes: readonly Lane[], place: CursorState, options: HistoryOptions) {
    this.#lanes = lanes;
    this.#began = place;
    this.#place = place;
    this.#read = options.read;
    this.#wake = options.wake;
    this.#retryMilliseconds = options.retryMilliseconds;
    this.#loss = { expects: options.expects, furthest: options.furthest, first: null };
  }

  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  /** The position up to which the past has been read. */
  get position(): MergedPosition {
    return this.#place.position;
  }

  /** The place up to which the lines of a job have been read. */
  placeOf(lane: Lane): JobPlace {
    return placeOfJob(this.#place, lane.index);
  }

  /** The place of a job when this history began. */
  beganAt(lane: Lane): JobPlace {
    return placeOfJob(this.#began, lane.index);
  }

  /** When to look again; Infinity while a page is being read. */
  get dueAt(): number {
    return this.#state.kind === 'idle' ? this.#state.dueAt : this.#state.kind === 'reading' ? Infinity : 0;
  }

  /** Jobs whose windows begin after the place up to which they have been read. */
  get open(): readonly Lane[] {
    return this.#lanes.filter((lane) => {
      const { start } = lane.feed.window;
      const isBehind = start !== null && start > startOf(this.placeOf(lane)).time;
      // If the vendors have no more lines, nothing lies between that place and the window.
      return isBehind && (this.#more || this.#failed.has(lane.index));
    });
  }

  /** Jobs that can go live: those that are not open, once the only open ones are those whose source does not answer. */
  get ready(): readonly Lane[] {
    const { open } = this;
    if (open.some(({ index }) => !this.#failed.has(index))) return [];
    return this.#lanes.filter((lane) => !open.includes(lane));
  }

  /** Starts the read of the next page, if it is due. */
  readOn(): void {
    if (this.#state.kind !== 'idle' || this.#state.dueAt > performance.now()) return;
    this.#state = { kind: 'reading' };
    const scopes = new Map(this.#lanes.map((lane) => [lane.index, lane.scope]));
    this.#read(scopes, this.#place).then(
      (page) => {
        this.#state = { kind: 'read', page };
        this.#wake();
      },
      (error: unknown) => {
        this.#state = { kind: 'broken', error };
        this.#wake();
      },
    );
  }

  /** The page that has been read, once. Throws the error that ended the reading. */
  takePage(): HistoryPage | null {
    if (this.#state.kind === 'broken') throw this.#state.error;
    if (this.#state.kind !== 'read') return null;
    const { page } = this.#state;
    const pause = page.failed.size === 0 ? 0 : (page.retryAfterSeconds ?? 0) * 1000 || this.#retryMilliseconds;
    this.#state = { kind: 'idle', dueAt: performance.now() + pause };
    return page;
  }

  /** A line was read; `wasDelivered`: it had been delivered before. */
  see({ position }: Delivery, wasDelivered: boolean): void {
    const loss = this.#loss;
    if (wasDelivered) loss.expects = false;
    else if (loss.furthest !== null && position.time > loss.furthest) loss.first ??= position;
  }

  /** A reported gap explains why no delivered line was found. */
  explainLoss(): void {
    this.#loss.expects = false;
  }

  /**
   * The first line after the latest delivered one, if none of the delivered lines exists any more: lines in between may
   * be gone as well.
   */
  get firstAfterLoss(): MergedPosition | null {
    return this.#loss.expects ? this.#loss.first : null;
  }

  /** The lines of the page are about to be delivered. */
  pass({ place, more, failed, isRefused }: HistoryPage): void {
    if (place !== null) this.#place = place;
    this.#more = more && !isRefused;
    this.#failed = failed;
    for (const lane of this.#lanes) lane.forgetPassed(this.placeOf(lane));
  }

  /** These jobs have gone live. */
  release(lanes: readonly Lane[]): void {
    this.#lanes = this.#lanes.filter((lane) => !lanes.includes(lane));
  }

  /**
   * What a cursor records of a job. Near the present, late lines may still come before those that were read. There the
   * place stays behind them, and the cursor names the lines that were delivered after it.
   */
  stateOf(lane: Lane): { place: JobPlace; names: readonly string[] } {
    const place = this.#settledPlace(lane);
    return { place, names: lane.namesAfter(place) };
  }

  #settledPlace(lane: Lane): JobPlace {
    const here = this.placeOf(lane);
    const low = positionBefore(lane.feed.overlapStart() ?? untouched('forward').time);
    if (compareMerged(startOf(here), low) <= 0) return here;
    const began = startOf(this.beganAt(lane));
    return { ...FROM_THE_BEGINNING, position: compareMerged(began, low) > 0 ? began : low };
  }
}
