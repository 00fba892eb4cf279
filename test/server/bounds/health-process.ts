/**
 * Asks whether the service lives, over and over, from a process of its own: the test's process works for its vendors, and a check
 * would wait for that, too. On `begin` it forgets the earlier checks, on `end` it answers how long the new ones waited.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a health check waited, and how long threads of both processes were kept from a processor meanwhile, milliseconds. */
export interface Wait {
  readonly waited: number;
  readonly kept: number;
}

const [url = '', servicePid = ''] = process.argv.slice(2);
const PIDS = [servicePid, `${process.pid}`];

let waits: Wait[] = [];
let asking: Promise<void> | undefined;
let isOver = false;

async function ask(): Promise<void> {
  while (!isOver) {
    const [begun, before] = [performance.now(), withoutProcessor()];
    const { status } = await fetch(`${url}/health/live`);
    waits.push({ waited: performance.now() - begun, kept: withoutProcessor() - before });
    if (status !== 200) throw new Error(`The service is not alive: ${status}.`);
    await pause(5);
  }
}

/** How long threads that could run had no processor so far, milliseconds. 0: the system does not tell. */
function withoutProcessor(): number {
  try {
    return PIDS.reduce((sum, pid) => sum + withoutProcessorOf(`/proc/${pid}/task`), 0);
  } catch {
    return 0;
  }
}

function withoutProcessorOf(threads: string): number {
  return readdirSync(threads).reduce((sum, thread) => {
    const [, waited] = readFileSync(join(threads, thread, 'schedstat'), 'utf8').split(' ');
    return sum + Number(waited) / 1e6;
  }, 0);
}

process.on('message', (word) => {
  if (word === 'begin') {
    [waits, isOver] = [[], false];
    asking = ask();
    return;
  }
  isOver = true;
  void asking?.then(() => process.send?.(waits));
});
process.send?.('ready');
