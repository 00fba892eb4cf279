import { Output } from './output.ts';
import type { Pager } from './pager.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';

export interface PagerOptions {
  /** False: `--no-pager`. */
  readonly pager?: boolean | undefined;
}

/**
 * Lets a command print into a pager if it runs at a terminal. Opens the pager with the first text and waits until it
 * closes. Messages are held back until then. If the user leaves the pager early, messages about the rest are dropped.
 */
export async function paged(
  { pager = true }: PagerOptions,
  surroundings: Surroundings,
  use: (surroundings: Surroundings) => Promise<number>,
): Promise<number> {
  const { openPager } = surroundings;
  if (!pager || openPager === undefined) return use(surroundings);
  const left = new AbortController();
  let opening: Promise<Opened | null> | null = null;
  let held = '';
  const open = async (): Promise<Opened | null> => {
    const opened = await openPager();
    return opened === null ? null : { pager: opened, output: new Output(opened.input, left) };
  };
  const print = async (text: string): Promise<void> => {
    if (text === '') return;
    opening ??= open();
    const opened = await opening;
    await (opened === null ? surroundings.print(text) : opened.output.print(text));
  };
  const opened = async (): Promise<Opened | null> => opening;
  const complain = (text: string): void => {
    held += text;
  };
  try {
    const stop = AbortSignal.any([surroundings.stop, left.signal]);
    const code = await use({ ...surroundings, stop, print, complain }).catch((error: unknown) => {
      // Ignore errors of work that was interrupted when the user left the pager.
      if (left.signal.aborted) return EXIT.failed;
      throw error;
    });
    return left.signal.aborted ? EXIT.done : code;
  } finally {
    const shown = await opened();
    const isLeft = left.signal.aborted;
    shown?.pager.input.end();
    await shown?.pager.closed;
    if (held !== '' && !isLeft) surroundings.complain(held);
  }
}

interface Opened {
  readonly pager: Pager;
  readonly output: Output;
}
