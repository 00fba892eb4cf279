import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Environment } from '../../config/environment.ts';

/** A program that shows text page by page. */
export interface Pager {
  readonly input: Writable;
  /** Resolves when the reader has left it. */
  readonly closed: Promise<void>;
}

/** Colours pass, and what fits the screen is left there: as `git` and `journalctl` have it. */
const USUAL = 'less -FRX';

/** Starts the pager that a person wants (`PAGER`, else `less`); null where there is none. */
export async function startPager(environment: Environment): Promise<Pager | null> {
  const [command = '', ...args] = (environment['PAGER'] ?? USUAL).split(' ').filter((word) => word !== '');
  // Nothing to page with is a wish, too.
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
