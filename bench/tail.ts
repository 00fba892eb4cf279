/**
 * What following jobs costs and how long a line takes. Run with `npm run bench:tail`; `--quick` for a small
 * run, `--subscribers=N` and `--seconds=N` for another one, and `--only=one,many,slow,window,storm` for some of it.
 * Prints markdown.
 */
import { cpus, loadavg, totalmem } from 'node:os';
import { heldWindow, manyJobs, oneJob, resumeStorm, slowReader } from './tail/scenarios.ts';
import type { Scale } from './tail/scenarios.ts';

const FULL: Scale = {
  subscribers: 1_000,
  jobs: 100,
  seconds: 30,
  slowLines: 100_000,
  slowSeconds: 60,
  slowNeighbours: 20,
};

const QUICK: Scale = {
  subscribers: 100,
  jobs: 20,
  seconds: 10,
  slowLines: 10_000,
  slowSeconds: 10,
  slowNeighbours: 10,
};

const SETTINGS = [
  {},
  { intervalMilliseconds: 1_000, reorderMilliseconds: 0 },
  { intervalMilliseconds: 250, reorderMilliseconds: 0 },
];

const flags = process.argv.slice(2);
const base = flags.includes('--quick') ? QUICK : FULL;
const scale: Scale = {
  ...base,
  subscribers: numberAfter('--subscribers=') ?? base.subscribers,
  seconds: numberAfter('--seconds=') ?? base.seconds,
};
const only = flags
  .find((flag) => flag.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');

const SCENARIOS: readonly (readonly [name: string, title: string, run: () => Promise<string>])[] = [
  ['one', `One job, one subscriber or ${scale.subscribers}, ${scale.seconds} s, 2 lines/s`, () => oneJob(scale)],
  [
    'many',
    `${scale.subscribers} subscribers on ${scale.jobs} jobs of five vendors, ${scale.seconds} s, 1 line/s and job`,
    () => manyJobs(scale, SETTINGS),
  ],
  [
    'slow',
    `${scale.slowLines} lines in ${scale.slowSeconds} s on one job, ${scale.slowNeighbours} neighbours, two that stop reading`,
    () => slowReader(scale),
  ],
  [
    'window',
    `What is held while one follows a job of ${Math.round(scale.slowLines / scale.slowSeconds)} lines/s, ${scale.slowSeconds} s`,
    () => heldWindow(scale),
  ],
  [
    'storm',
    `${scale.subscribers} subscribers reconnect at once with their cursors, 1 line/s and job`,
    () => resumeStorm(scale),
  ],
];

function numberAfter(flag: string): number | null {
  const found = flags.find((one) => one.startsWith(flag));
  return found === undefined ? null : Number(found.slice(flag.length));
}

console.log(`Node ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`);
console.log(
  'Latencies are p50 / p95 / p99 / largest, from when the vendor can serve a line to when a subscriber has it.',
);
for (const [name, title, run] of SCENARIOS) {
  if (only !== undefined && !only.includes(name)) continue;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  console.log(`\n### ${title}\n\n${await run()}\n\nLoad of the machine before: ${load}.`);
}
