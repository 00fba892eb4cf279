import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { EXIT } from '../surroundings.ts';

/** Standard output of a command, and what becomes of the command when it can't be written to. */
export class Output {
  readonly #stream: Writable;
  readonly #stopping: AbortController;
  #failure: Error | null = null;

  /** `stopping` is aborted when writing fails: there is no reader left to print for. */
  constructor(stream: Writable, stopping: AbortController) {
    this.#stream = stream;
    this.#stopping = stopping;
    stream.on('error', (error: Error) => {
      this.#failure ??= error;
      stopping.abort();
    });
    // What was a pager's may be closed without an error.
    stream.on('close', () => {
      stopping.abort();
    });
  }

  /** Waits for a slow reader: what it has not taken yet is not piled up in memory. */
  async print(text: string): Promise<void> {
    if (this.#failure !== null || this.#stream.write(text)) return;
    if (!this.#stream.destroyed)
      await once(this.#stream, 'drain', { signal: this.#stopping.signal }).catch(() => undefined);
  }

  /**
   * The exit code of a command that ended with `code`, once all of its output is written. A reader that has
   * what it wanted (`| head`) is no failure; a full disk is one, and is reported.
   */
  async exitCode(code: number, complain: (text: string) => void): Promise<number> {
    if (this.#failure === null && this.#stream.writable) {
      await new Promise<void>((resolve) => {
        this.#stream.write('', () => {
          // The stream says what failed after its callbacks.
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
