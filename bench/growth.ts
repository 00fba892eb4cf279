/**
 * How the cost of an answer grows with what is asked. Run with `npm run bench:growth`; `--quick` for a small run,
 * `--only=page,sources,jobs,depth,subscribers` for some of it. Prints markdown. See docs/performance.md for how to read it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { depths, mergedJobs, pageSizes, sourceCounts, subscriberCounts } from './growth/curves.ts';
import type { Curve, Scale } from './growth/curves.ts';
import type { GrowthTasks } from './growth/upstream.ts';
import { Contestant } from './requests/contestant.ts';
import { startChild } from './tail/child.ts';
import { markdownTable } from './tail/figures.ts';

const FULL: Scale = { processorMilliseconds: 3_000, deepLines: 1_000_000, subscribers: [1, 100, 1_000, 10_000] };
const QUICK: Scale = { processorMilliseconds: 400, deepLines: 100_000, subscribers: [1, 100, 1_000] };

/** One address asks for all: it may have as many connections and requests as it likes. */
const LIMITS = { connections: 20_000, operations: 20_000, requestsPerSecond: 1_000_000 };
const SOURCES = 100;

const CURVES: Readonly<Record<string, Curve>> = {
  page: pageSizes,
  sources: sourceCounts,
  jobs: mergedJobs,
  depth: depths,
  subscribers: subscriberCounts,
};

const flags = process.argv.slice(2);
const scale = flags.includes('--quick') ? QUICK : FULL;
const only = flags
  .find((flag) => flag.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');

console.log(`Node ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`);
const vendor = startChild<GrowthTasks>('../growth/upstream.ts');
const folder = await mkdtemp(join(tmpdir(), 'tributary-growth-'));
try {
  const upstream = await vendor.ask('start', scale.deepLines);
  const configuration = join(folder, 'tributary.json');
  const names = Array.from({ length: SOURCES }, (_, index) => `nemo-${index}`);
  const sources = Object.fromEntries(names.map((name) => [name, upstream.source]));
  await writeFile(configuration, JSON.stringify({ sources, limits: LIMITS }));
  for (const [name, { title, titles, measure }] of Object.entries(CURVES)) {
    if (only !== undefined && !only.includes(name)) continue;
    const load = (loadavg()[0] ?? 0).toFixed(1);
    const run = ['dist/src/cli/main.js', 'serve', '--config', configuration, '--port', '0'];
    const tributary = await Contestant.start({ name: 'Tributary', run, asks: 'as GraphQL' });
    try {
      const rows = await measure({ tributary, vendor, upstream, scale });
      console.log(`\n### ${title}\n\n${markdownTable(titles, rows)}\n\nLoad of the machine before: ${load}.`);
    } finally {
      await tributary.stop();
    }
  }
} finally {
  await vendor.stop();
  await rm(folder, { recursive: true, force: true });
}
