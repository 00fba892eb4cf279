import type { LogStreamEvent } from '../../../api.ts';
import type { Lane } from '../lane.ts';

export type StreamState = Extract<LogStreamEvent, { type: 'LogStreamStatus' }>['state'];

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
