import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { EXIT } from '../surroundings.ts';

/** The output of a command. Stops the command if writing fails. */
export class Output {
  readonly #stream: Writable;
  readonly #stopping: AbortController;
  #failure: Error | null = null;

  /** `stopping` is aborted when writing fails, because no reader is left. */
  constructor(stream: Writable, stopping: AbortController) {
    this.#stream = stream;
    this.#stopping = stopping;
    stream.on('error', (error: Error) => {
      this.#failure ??= error;
      stopping.abort();
    });
    // The input of a pager may close without an error.
    stream.on('close', () => {
      stopping.abort();
    });
  }

  /** Waits for a slow reader, so that output does not pile up in memory. */
  async print(text: string): Promise<void> {
    if (this.#failure !== null || this.#stream.write(text)) return;
    if (!this.#stream.destroyed)
      await once(this.#stream, 'drain', { signal: this.#stopping.signal }).catch(() => undefined);
  }

  /**
   * The exit code of a command that ended with `code`, once all of its output is written. A reader that stops early (`|
   * head`) is not a failure. A full disk is a failure and is reported.
   */
  async exitCode(code: number, complain: (text: string) => void): Promise<number> {
    if (this.#failure === null && this.#stream.writable) {
      await new Promise<void>((resolve) => {
        this.#stream.write('', () => {
          // The stream emits its error after its callbacks.
          setImmediate(resolve);
        });
      });
    }
    const failure = this.#failure;
    if (failure === null) return code;
    if ('code' in failure && failure.code === 'EPIPE') return EXIT.done;
    complain(`Cannot write the output: ${failure.message}. What was written is not complete.\n`);
    return EXIT.failed;
  }
}
