import { setTimeout as after } from 'node:timers/promises';

/** Waits for something to happen, and for the end of the time that there is. */
export class Waiting {
  readonly #leave: AbortSignal;
  #wake: (() => void) | null = null;
  /** Has something happened since we last looked? */
  #isStale = false;
  /** Has it lasted as long as it may? Told by its timer alone: the clock may be a millisecond behind. */
  #hasExpired = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(leave: AbortSignal) {
    this.#leave = leave;
  }

  begin(milliseconds: number): void {
    const expire = (): void => {
      this.#hasExpired = true;
      this.wake();
    };
    this.#deadline = setTimeout(expire, Math.min(2 ** 31 - 1, milliseconds));
    this.#leave.addEventListener('abort', this.#onLeave);
  }

  end(): void {
    clearTimeout(this.#deadline);
    this.#leave.removeEventListener('abort', this.#onLeave);
  }

  isOver(): boolean {
    return this.#leave.aborted || this.#hasExpired;
  }

  wake(): void {
    this.#isStale = true;
    this.#wake?.();
  }

  /** What has happened so far is looked at now. */
  look(): void {
    this.#isStale = false;
  }

  /** Until something happens that was not looked at, or it is time to go. */
  sleep(): Promise<void> {
    // Something came while the last events were on their way.
    if (this.isOver() || this.#isStale) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  /** For that long, or until it is time to leave. */
  async pause(milliseconds: number): Promise<void> {
    await after(milliseconds, undefined, { signal: this.#leave }).catch(() => undefined);
  }

  readonly #onLeave = (): void => {
    this.wake();
  };
}
