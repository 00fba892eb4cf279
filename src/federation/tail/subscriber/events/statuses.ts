import { asError } from '../../../../domain/errors.ts';
import type { LogStreamEvent, SourceFailure } from '../../../api.ts';
import { untouched } from '../../../cursor/position.ts';
import { sourceFailure } from '../../../failures.ts';
import { encodeNodeId } from '../../../node-id.ts';
import type { Lane } from '../lane.ts';
import type { Phases } from '../phases.ts';

type StreamState = Extract<LogStreamEvent, { type: 'LogStreamStatus' }>['state'];

/** A change in a stream's state, and the job whose source does not answer. */
export interface StatusChange {
  readonly state: StreamState;
  readonly lane: Lane | null;
}

/** Finds what has changed since the last status event of a stream. */
export class Statuses {
  #told: StreamState | null = null;
  /** The state last reported for each source that does not answer. */
  readonly #failing = new Map<Lane, StreamState>();

  /** Sources that have stopped answering. */
  failures(lanes: readonly Lane[]): StatusChange[] {
    const changes: StatusChange[] = [];
    for (const lane of lanes) {
      const { failing } = lane;
      if (failing === null) {
        this.#failing.delete(lane);
        continue;
      }
      const state = failing.code === 'SOURCE_RATE_LIMITED' ? 'BACKING_OFF' : 'SOURCE_ERROR';
      if (this.#failing.get(lane) === state) continue;
      this.#failing.set(lane, state);
      this.#told = state;
      changes.push({ state, lane });
    }
    return changes;
  }

  /** As `failures`, plus LIVE once all sources answer. */
  live(lanes: readonly Lane[]): StatusChange[] {
    const changes = this.failures(lanes);
    if (this.#failing.size > 0 || this.#told === 'LIVE') return changes;
    this.#told = 'LIVE';
    return [...changes, { state: 'LIVE', lane: null }];
  }

  catchingUp(): StatusChange {
    this.#told = 'CATCHING_UP';
    return { state: 'CATCHING_UP', lane: null };
  }
}

/** The failure of a job whose source does not answer; null if it answers. */
export function failureOf({ scope: { source, scope }, failing }: Lane): SourceFailure | null {
  return failing && sourceFailure(source.name, encodeNodeId('Job', source.name, scope.job), failing);
}

/** How many seconds the subscriber is behind the newest known line; null if that is not known. */
export function lagSeconds(state: StreamState, phases: Phases): number | null {
  if (state === 'LIVE') return 0;
  const times = phases.histories().map(({ position }) => position.time);
  if (state !== 'CATCHING_UP' || times.length === 0) return null;
  const newest = phases.lanes.reduce(
    (max, { feed }) => ((feed.window.newest ?? 0n) > max ? (feed.window.newest ?? 0n) : max),
    0n,
  );
  const time = times.reduce((min, each) => (each < min ? each : min));
  return time <= untouched('forward').time || time > newest ? null : Number(newest - time) / 1e9;
}

/** Throws the error of a broken feed. */
export function checkFeeds(lanes: readonly Lane[]): void {
  for (const { feed } of lanes) if (feed.state.kind === 'broken') throw asError(feed.state.error);
}

/** Why no more lines will come; null if more may come. Throws the error of a broken feed. */
export function endReason(phases: Phases): 'JOB_FINISHED' | 'SOURCE_GONE' | null {
  checkFeeds(phases.lanes);
  let reason: 'JOB_FINISHED' | 'SOURCE_GONE' = 'JOB_FINISHED';
  for (const [{ feed }, { kind }] of phases.all()) {
    const { state } = feed;
    if (kind !== 'live' || state.kind !== 'ended' || feed.isHolding) return null;
    if (state.reason === 'SOURCE_GONE') reason = 'SOURCE_GONE';
  }
  return reason;
}
