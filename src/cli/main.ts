#!/usr/bin/env node
import { once } from 'node:events';
import process from 'node:process';
import { run } from './program.ts';
import { EXIT } from './surroundings.ts';

const stopping = new AbortController();

/** A terminal and npm both pass Ctrl+C on: a signal that comes at once again is the same wish. */
const SAME_WISH_MILLISECONDS = 1_000;
let stoppedAt: number | null = null;

function stop(): void {
  if (stoppedAt === null) {
    stoppedAt = performance.now();
    stopping.abort();
  } else if (performance.now() - stoppedAt > SAME_WISH_MILLISECONDS) {
    // Asked again by somebody who does not want to wait for a tidy end.
    process.exit(EXIT.failed);
  }
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);

/** Waits for a slow reader: what it has not taken yet is not piled up in memory. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text))
    await once(process.stdout, 'drain', { signal: stopping.signal }).catch(() => undefined);
}

process.stdout.on('error', () => {
  // The reader has what it wanted (`| head`): nobody is left to print for.
  stopping.abort();
});

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  stop: stopping.signal,
  print,
  complain: (text) => void process.stderr.write(text),
});
