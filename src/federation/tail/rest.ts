/** The pause of somebody who works on and on, which others may make shorter. */
export class Rest {
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

  /** Ends the pause that is being taken: now, or so many milliseconds from now where that is sooner. */
  cutShort(milliseconds = 0): void {
    this.#shorten?.(milliseconds);
  }
}
