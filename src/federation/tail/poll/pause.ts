/** The pause between two iterations of a loop. Other code may shorten it. */
export class Pause {
  #shorten: ((milliseconds: number) => void) | null = null;

  /** Resolves after `milliseconds`, or when the pause is cut short. */
  take(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#shorten = null;
        resolve();
      };
      const end = performance.now() + milliseconds;
      let timer = setTimeout(done, milliseconds);
      this.#shorten = (rest) => {
        const left = Math.min(rest, end - performance.now());
        clearTimeout(timer);
        if (left > 0) timer = setTimeout(done, left);
        else done();
      };
    });
  }

  /** Ends the current pause now, or after `milliseconds` if that is sooner than its own end. */
  cutShort(milliseconds = 0): void {
    this.#shorten?.(milliseconds);
  }
}
