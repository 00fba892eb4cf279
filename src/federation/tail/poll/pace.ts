import type { TailSettings } from '../settings.ts';

type PaceSettings = Pick<TailSettings, 'intervalMilliseconds' | 'maxIntervalMilliseconds' | 'jitter'>;

/** The pause between polls: short while lines come, doubled after each poll without new lines. */
export class Pace {
  readonly #settings: PaceSettings;
  readonly #random: () => number;
  #pause: number;

  constructor(settings: PaceSettings, random: () => number = Math.random) {
    this.#settings = settings;
    this.#random = random;
    this.#pause = settings.intervalMilliseconds;
  }

  /** The pause after a poll that brought lines or a change of the job's status. */
  active(): number {
    this.#pause = this.#settings.intervalMilliseconds;
    return this.#jittered(this.#pause);
  }

  /** A new subscriber waits for lines: makes the pauses short again. */
  reset(): void {
    this.#pause = this.#settings.intervalMilliseconds;
  }

  /** True if a pause is longer than the shortest one with the largest jitter. */
  isLong(pause: number): boolean {
    return pause > this.#settings.intervalMilliseconds * (1 + this.#settings.jitter);
  }

  /** The pause after a poll that brought nothing. */
  idle(): number {
    const pause = this.#pause;
    this.#pause = Math.min(this.#settings.maxIntervalMilliseconds, this.#pause * 2);
    return this.#jittered(pause);
  }

  /** The pause after a failed poll, at least as long as the source asked for. */
  failed(retryAfterSeconds: number | undefined): number {
    const pause = this.idle();
    return retryAfterSeconds === undefined ? pause : Math.max(pause, retryAfterSeconds * 1000);
  }

  #jittered(pause: number): number {
    return pause * (1 + this.#settings.jitter * (2 * this.#random() - 1));
  }
}
