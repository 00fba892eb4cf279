import type { Pager } from './output/pager.ts';
import type { Environment } from '../config/environment.ts';

/** What a command has of the world, so that tests can give it another one. */
export interface Surroundings {
  readonly environment: Environment;
  /** The working folder. */
  readonly folder: string;
  /** Writes to standard output, where results go and nothing else. Resolves when there is room for more. */
  readonly print: (text: string) => void | Promise<void>;
  /** Writes to standard error: what went wrong, for people. */
  readonly complain: (text: string) => void;
  /** Does standard output go to something that shows colours, or does the user want them anyway? */
  readonly colors?: boolean | undefined;
  /** Tells that what was printed is whole, whatever the exit code says of a job. Left out where nothing depends on it. */
  readonly printedWhole?: (() => void) | undefined;
  /** Does standard output go into a file? */
  readonly isFile?: boolean | undefined;
  /** Starts what shows a long text page by page; null where there is no such program. Left out where there is no terminal. */
  readonly openPager?: (() => Promise<Pager | null>) | undefined;
  /** The last line of a terminal that standard error goes to. Left out where it goes elsewhere. */
  readonly status?: StatusLine | undefined;
  /** Opens a page in the user's browser. Left out where there is no terminal. */
  readonly browse?: ((url: string) => void) | undefined;
  /** Aborted when the user or the system asks the process to stop. */
  readonly stop: AbortSignal;
}

/** A line that says what is going on, and is written over. */
export interface StatusLine {
  /** An empty text removes it. */
  show(text: string): void;
}

/** Why `stop` was aborted: by Ctrl+C, or by the system. It is aborted for want of a reader, too. */
export const INTERRUPTED = new DOMException('The process was interrupted.', 'AbortError');
export const TERMINATED = new DOMException('The process was asked to stop.', 'AbortError');

export const EXIT = {
  done: 0,
  /** Something that was asked for did not work. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was tried. */
  misused: 2,
  /** A tail was ended by Ctrl+C: 128 and the number of the signal, as shells have it. */
  interrupted: 130,
} as const;

/** Ends when the process is asked to stop. */
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
