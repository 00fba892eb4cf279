import type { Call } from '../../domain/call.ts';
import type { TributaryError } from '../../domain/errors.ts';
import type { CursorState, MergedPosition } from '../cursor.ts';
import type { ResolvedScope } from '../log-connection.ts';
import { compareMerged, untouched } from '../merged-place.ts';
import type { Delivery } from './delivery.ts';
import type { Dropped } from './dropped.ts';
import type { Feeds } from './feeds.ts';
import { Lane } from './lane.ts';
import type { LaneOwner } from './lane.ts';
import { startOfJob } from './place.ts';

/** The jobs of one subscription, and how far their feeds were taken. */
export class Lanes {
  readonly all: readonly Lane[];

  constructor(scopes: readonly ResolvedScope[], owner: LaneOwner) {
    this.all = scopes.map((scope, index) => new Lane(scope, index, owner));
  }

  join(feeds: Feeds, call: Call): void {
    for (const lane of this.all) lane.join(feeds, call);
  }

  leave(): void {
    for (const lane of this.all) lane.leave();
  }

  takeAll(): void {
    for (const lane of this.all) lane.takeAll();
  }

  /** Gaps that were not told yet, but for those that end before a place. */
  takeGaps(from: MergedPosition | null): Dropped[] {
    return this.all.flatMap((lane) => lane.takeGaps(from));
  }

  /** Lets go in all jobs of what may go at one moment: then lines come in order also from job to job. */
  releaseDue(): void {
    if (this.all.length === 1) return;
    const now = Date.now();
    for (const { feed } of this.all) feed.releaseDue(now);
  }

  get areReady(): boolean {
    return this.all.every((lane) => lane.isReady);
  }

  /** Do the windows hold all that there is? */
  get areWhole(): boolean {
    return this.all.every(({ feed }) => feed.window.start === null);
  }

  /** Has any feed not seen yet where the present is? */
  get isAnyBefore(): boolean {
    return this.all.some(({ feed }) => !feed.isBegun);
  }

  /** Released lines of the windows, in order. */
  windowLines(): Delivery[] {
    const lines = this.all.flatMap((lane) => lane.windowLines());
    return this.all.length === 1 ? lines : lines.sort((a, b) => compareMerged(a.position, b.position));
  }

  /** Does any window begin behind the place where its job stands? */
  beginBehind(place: CursorState): boolean {
    return this.all.some(({ feed }, index) => {
      const { time } = startOfJob(place, index);
      return (feed.window.start ?? time) > time;
    });
  }

  /** From this instant on every window is without holes. */
  coveredFrom(): bigint {
    const starts = this.all.map(({ feed }) => feed.window.start ?? untouched('forward').time);
    return starts.reduce((max, start) => (start > max ? start : max), untouched('forward').time);
  }

  /** Before this instant there is nothing in any window. */
  emptyBefore(): bigint {
    return least(this.all.map(({ feed }) => feed.window.start ?? untouched('forward').time));
  }

  /** The instant of the newest line that is known. */
  newest(): bigint {
    return this.all.reduce(
      (max, { feed }) => ((feed.window.newest ?? 0n) > max ? (feed.window.newest ?? 0n) : max),
      0n,
    );
  }

  /** Throws what has broken a feed. */
  check(): void {
    for (const { feed } of this.all) if (feed.state.kind === 'broken') throw asError(feed.state.error);
  }

  failing(): { readonly lane: Lane; readonly error: TributaryError } | null {
    for (const lane of this.all) {
      const { state } = lane.feed;
      if (state.kind === 'failing') return { lane, error: state.error };
    }
    return null;
  }

  /** Why nothing more will come; null while something may. Throws what has broken a feed. */
  endReason(): 'JOB_FINISHED' | 'SOURCE_GONE' | null {
    this.check();
    let reason: 'JOB_FINISHED' | 'SOURCE_GONE' = 'JOB_FINISHED';
    for (const { feed } of this.all) {
      const { state } = feed;
      if (state.kind !== 'ended' || feed.isHolding) return null;
      if (state.reason === 'SOURCE_GONE') reason = 'SOURCE_GONE';
    }
    return reason;
  }
}

function least(instants: readonly bigint[]): bigint {
  return instants.reduce((min, instant) => (instant < min ? instant : min));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Unexpected error.', { cause: error });
}
