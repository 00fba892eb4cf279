import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Environment } from '../../config/environment.ts';

/** A program that shows text page by page. */
export interface Pager {
  readonly input: Writable;
  /** Resolves when the pager has closed. */
  readonly closed: Promise<void>;
}

/** Colours pass through, and text that fits the screen stays there, as with `git` and `journalctl`. */
const USUAL = 'less -FRX';

/** Starts the user's pager (`PAGER`, or `less`). Null if there is none. */
export async function startPager(environment: Environment): Promise<Pager | null> {
  const [command = '', ...args] = (environment['PAGER'] ?? USUAL).split(' ').filter((word) => word !== '');
  // An empty `PAGER`, or `cat`, turns paging off.
  if (command === '' || command === 'cat') return null;
  const child = spawn(command, args, {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { LESS: 'FRX', ...environment },
  });
  try {
    await once(child, 'spawn');
  } catch {
    return null;
  }
  return { input: child.stdin, closed: closed(child) };
}

async function closed(child: ChildProcess): Promise<void> {
  await once(child, 'close').catch(() => undefined);
}
