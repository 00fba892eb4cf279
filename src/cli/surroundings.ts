import type { Pager } from './output/pager.ts';
import type { Environment } from '../config/environment.ts';

/** The environment of a command, which tests can replace. */
export interface Surroundings {
  readonly environment: Environment;
  /** The working folder. */
  readonly folder: string;
  /** Writes results to standard output; nothing else goes there. Resolves when there is room for more. */
  readonly print: (text: string) => void | Promise<void>;
  /** Writes messages for people to standard error. */
  readonly complain: (text: string) => void;
  /** True if standard output supports colours or the user forces them. */
  readonly colors?: boolean | undefined;
  /**
   * Marks the printed output as complete, even if the exit code reports a failed job. Undefined if nothing depends on
   * it.
   */
  readonly printedWhole?: (() => void) | undefined;
  /** True if standard output goes into a file. */
  readonly isFile?: boolean | undefined;
  /** Starts a pager; null if there is none. Undefined without a terminal. */
  readonly openPager?: (() => Promise<Pager | null>) | undefined;
  /** The status line on the terminal of standard error. Undefined if standard error is no terminal. */
  readonly status?: StatusLine | undefined;
  /** Opens a page in the user's browser. Undefined without a terminal. */
  readonly browse?: ((url: string) => void) | undefined;
  /** Aborted when the user or the system asks the process to stop. */
  readonly stop: AbortSignal;
}

/** A line that shows progress and is overwritten. */
export interface StatusLine {
  /** Shows a text; an empty text removes the line. */
  show(text: string): void;
}

/**
 * Reasons for which `stop` is aborted: Ctrl+C, or the system. It is also aborted, with another reason, when the reader
 * of the output is gone.
 */
export const INTERRUPTED = new DOMException('The process was interrupted.', 'AbortError');
export const TERMINATED = new DOMException('The process was asked to stop.', 'AbortError');

export const EXIT = {
  done: 0,
  /** Something that the user requested did not work. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was tried. */
  misused: 2,
  /** Ctrl+C ended a tail: 128 plus the number of the signal, the convention of shells. */
  interrupted: 130,
} as const;

/** Resolves when the process is asked to stop. */
export async function untilStopped({ stop }: Surroundings): Promise<void> {
  if (stop.aborted) return;
  await new Promise<void>((resolve) => {
    stop.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
