import { setMaxListeners } from 'node:events';
import { SHUTTING_DOWN } from '../export/walk.ts';

/** The part of the grace after which queries are answered with what they have, so that clients get it before the end. */
const PART_FOR_QUERIES = 0.8;

/** The two steps of a service that stops. */
export class Shutdown {
  readonly #begun = new AbortController();
  readonly #timeIsUp = new AbortController();

  /** Aborted at the beginning: streams, exports and waiting tools end. */
  readonly stopping = this.#begun.signal;
  /** Aborted when queries have had their time. */
  readonly timeIsUp = this.#timeIsUp.signal;

  constructor() {
    // One for each tool that an assistant waits for.
    setMaxListeners(0, this.timeIsUp);
  }

  begin(graceMilliseconds: number): void {
    this.#begun.abort(SHUTTING_DOWN);
    const timer = setTimeout(() => {
      this.#timeIsUp.abort(SHUTTING_DOWN);
    }, graceMilliseconds * PART_FOR_QUERIES);
    timer.unref();
  }
}
