import type { LogStreamEvent, SourceFailure } from '../api.ts';
import { untouched } from '../merged-place.ts';
import type { Lanes } from './lanes.ts';
import type { Standing } from './standing.ts';

type StreamState = Extract<LogStreamEvent, { type: 'LogStreamStatus' }>['state'];

/** Says how a stream is doing, when that has changed. */
export class Statuses {
  readonly #lanes: Lanes;
  readonly #standing: Standing;
  #said: StreamState | null = null;

  constructor(lanes: Lanes, standing: Standing) {
    this.#lanes = lanes;
    this.#standing = standing;
  }

  *say(): Generator<LogStreamEvent, void, undefined> {
    if (this.#standing.history !== null) return;
    if (this.#lanes.failing() !== null) yield* this.sayFailures();
    else if (this.#said !== 'LIVE' && this.#lanes.endReason() === null) yield this.status('LIVE');
  }

  *sayFailures(): Generator<LogStreamEvent, void, undefined> {
    const failing = this.#lanes.failing();
    if (failing === null) return;
    const says = failing.error.code === 'SOURCE_RATE_LIMITED' ? 'BACKING_OFF' : 'SOURCE_ERROR';
    if (this.#said !== says) yield this.status(says, failing.lane.failureOf(failing.error));
  }

  status(state: StreamState, failure: SourceFailure | null = null): LogStreamEvent {
    this.#said = state;
    const cursor = this.#standing.cursor();
    return { type: 'LogStreamStatus', state, lagSeconds: this.#lagSeconds(state), cursor, failure };
  }

  /** How far behind the newest line that is known the subscriber is; unknown while a source does not answer. */
  #lagSeconds(state: StreamState): number | null {
    if (state === 'LIVE') return 0;
    const { history } = this.#standing;
    if (state !== 'CATCHING_UP' || history === null) return null;
    const newest = this.#lanes.newest();
    const { time } = history.place.position;
    return time <= untouched('forward').time || time > newest ? null : Number(newest - time) / 1e9;
  }
}
