/** The pause between two turns of a loop, which others may shorten. */
export class Pause {
  #shorten: ((milliseconds: number) => void) | null = null;

  /** Resolves after that many milliseconds, or when the pause has been cut short. */
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

  /** Ends the current pause now, or after that many milliseconds where that is sooner. */
  cutShort(milliseconds = 0): void {
    this.#shorten?.(milliseconds);
  }
}
