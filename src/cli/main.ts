#!/usr/bin/env node
import { once } from 'node:events';
import process from 'node:process';
import { run } from './program.ts';

const stopping = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second signal ends the process at once, as it would without us.
  process.once(signal, () => {
    stopping.abort();
  });
}

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
