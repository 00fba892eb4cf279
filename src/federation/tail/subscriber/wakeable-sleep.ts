/** Sleeps until something happens, until a set time, or until the stream has reached its maximum duration. */
export class WakeableSleep {
  readonly #leave: AbortSignal;
  #wake: (() => void) | null = null;
  /** True if something has happened since the last `look`. */
  #isStale = false;
  /** True if the maximum duration is over. Only the timer decides that: the clock may be a millisecond behind. */
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

  /** Everything that has happened so far is about to be handled. */
  look(): void {
    this.#isStale = false;
  }

  /** `time`: when to wake in any case, by `performance.now()`. */
  until(time = Infinity): Promise<void> {
    // Something happened while the last events were being sent.
    if (this.isOver() || this.#isStale) return Promise.resolve();
    return new Promise((resolve) => {
      const timer =
        time === Infinity
          ? undefined
          : setTimeout(
              () => {
                this.wake();
              },
              Math.max(0, Math.min(2 ** 31 - 1, time - performance.now())),
            );
      this.#wake = () => {
        this.#wake = null;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  readonly #onLeave = (): void => {
    this.wake();
  };
}
