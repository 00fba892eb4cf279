import type { TailSettings } from '../settings.ts';

type PaceSettings = Pick<TailSettings, 'intervalMilliseconds' | 'maxIntervalMilliseconds' | 'jitter'>;

/** How long to wait between polls: short while lines come, longer and longer while nothing does. */
export class Pace {
  readonly #settings: PaceSettings;
  readonly #random: () => number;
  #pause: number;

  constructor(settings: PaceSettings, random: () => number = Math.random) {
    this.#settings = settings;
    this.#random = random;
    this.#pause = settings.intervalMilliseconds;
  }

  /** After a poll that brought lines, or a change of the job's status. */
  active(): number {
    this.#pause = this.#settings.intervalMilliseconds;
    return this.#jittered(this.#pause);
  }

  /** Called when a new subscriber wants to see what there is: the pauses are short again. */
  reset(): void {
    this.#pause = this.#settings.intervalMilliseconds;
  }

  /** Is a pause longer than the shortest one, at the most that chance makes of it? */
  isLong(pause: number): boolean {
    return pause > this.#settings.intervalMilliseconds * (1 + this.#settings.jitter);
  }

  /** After a poll that brought nothing. */
  idle(): number {
    const pause = this.#pause;
    this.#pause = Math.min(this.#settings.maxIntervalMilliseconds, this.#pause * 2);
    return this.#jittered(pause);
  }

  /** After a poll that failed; the source may have said how long to stay away. */
  failed(retryAfterSeconds: number | undefined): number {
    const pause = this.idle();
    return retryAfterSeconds === undefined ? pause : Math.max(pause, retryAfterSeconds * 1000);
  }

  #jittered(pause: number): number {
    return pause * (1 + this.#settings.jitter * (2 * this.#random() - 1));
  }
}
