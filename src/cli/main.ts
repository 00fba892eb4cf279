#!/usr/bin/env node
import { fstatSync } from 'node:fs';
import process from 'node:process';
import { browse } from './browse.ts';
import { Output } from './output/output.ts';
import { startPager } from './output/pager.ts';
import type { Pager } from './output/pager.ts';
import { run } from './program.ts';
import { hasColors } from './show/paint.ts';
import { EXIT, INTERRUPTED, TERMINATED } from './surroundings.ts';

const stopping = new AbortController();

/** The terminal and npm both deliver Ctrl+C, so a second signal within this time is the same request. */
const SAME_WISH_MILLISECONDS = 1_000;
let stoppedAt: number | null = null;

function stop(reason: DOMException): void {
  if (stoppedAt === null) {
    stoppedAt = performance.now();
    stopping.abort(reason);
  } else if (performance.now() - stoppedAt > SAME_WISH_MILLISECONDS) {
    // A second request to stop: the user does not want to wait for an orderly end.
    process.exit(EXIT.failed);
  }
}

/** True while a pager is open. Then Ctrl+C belongs to the pager, as in `git`. */
let isPaging = false;

process.on('SIGINT', () => {
  if (!isPaging) stop(INTERRUPTED);
});
process.on('SIGTERM', () => {
  stop(TERMINATED);
});

const output = new Output(process.stdout, stopping);
// A closed standard error has no reader to tell. Unhandled, its error would be logged to standard error, which fails again, without end.
process.stderr.on('error', () => undefined);
const complain = (text: string): void => void process.stderr.write(text);

const status = {
  show(text: string): void {
    // A terminal that does not know its width says 0.
    process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  },
};

async function openPager(): Promise<Pager | null> {
  const pager = await startPager(process.env);
  isPaging = pager !== null;
  void pager?.closed.then(() => (isPaging = false));
  return pager;
}

const code = await run(process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  stop: stopping.signal,
  print: async (text) => output.print(text),
  complain,
  colors: hasColors(process.env, process.stdout.isTTY && process.stdout.hasColors()),
  isFile: fstatSync(process.stdout.fd).isFile(),
  openPager: process.stdout.isTTY && process.stdin.isTTY && process.env['TERM'] !== 'dumb' ? openPager : undefined,
  status: process.stderr.isTTY ? status : undefined,
  browse: process.stdout.isTTY ? browse : undefined,
});
process.exitCode = await output.exitCode(code, complain);
