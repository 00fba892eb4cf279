/**
 * What a request costs, as a multiple of a bare pass-through that makes the same vendor calls. Run with `npm run bench`;
 * `--quick` for a small run, `--only=W1,W3` for some of it, `--latency=20` for vendors that take that long
 * (milliseconds), `--cursors` for `edges { cursor node }`, `--peers` to compare other servers, too, and `--build=FOLDER` for each other build that
 * takes turns with this one; `--stages` for servers that do a part of Tributary's work, with `--in-flight=1`; `--rounds`, `--turn` and `--warm-up`
 * (milliseconds of processor time) for other scales. Prints markdown. See docs/performance.md for how to read it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contestant } from './requests/contestant.ts';
import type { Command } from './requests/contestant.ts';
import { stagesOf } from './requests/stages.ts';
import { compete } from './requests/rounds.ts';
import type { Figures, Scale } from './requests/rounds.ts';
import type { Upstream, UpstreamTasks } from './requests/upstream.ts';
import { workloads } from './requests/workloads.ts';
import type { WorkloadName } from './requests/workloads.ts';
import { startChild } from './tail/child.ts';
import { markdownTable, megabytes } from './tail/figures.ts';

const FULL: Scale = { rounds: 15, turn: 600, warmUp: 6_000 };
const QUICK: Scale = { rounds: 5, turn: 120, warmUp: 800 };

const flags = process.argv.slice(2);
const usual = flags.includes('--quick') ? QUICK : FULL;
const scale: Scale = {
  rounds: Number(valueOf('--rounds=') ?? usual.rounds),
  turn: Number(valueOf('--turn=') ?? usual.turn),
  warmUp: Number(valueOf('--warm-up=') ?? usual.warmUp),
  profiles: process.env['BENCH_PROFILE'],
};
const only = valueOf('--only=')?.split(',');
const hasCursors = flags.includes('--cursors');
/** Folders beside `dist`, so that they find the same packages. */
const builds = flags.filter((flag) => flag.startsWith('--build=')).map((flag) => flag.slice('--build='.length));
const latency = Number(valueOf('--latency=') ?? 0);

/** Other servers with resolvers written by hand: bench/peers. */
const PEERS = [
  { name: 'mercurius + JIT', run: ['bench/peers/mercurius.js'] },
  { name: 'graphql-yoga + graphql-jit', run: ['bench/peers/yoga.js', 'jit'] },
  { name: 'graphql-yoga', run: ['bench/peers/yoga.js'] },
  { name: 'Apollo Server + datasource-rest', run: ['bench/peers/apollo.js'] },
];

/** Their packages are not the product's: they have a folder and a lock file of their own. */
function installPeers(): void {
  const folder = fileURLToPath(new URL('peers', import.meta.url));
  if (existsSync(join(folder, 'node_modules'))) return;
  console.log('Installs the peers in bench/peers.');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--engine-strict=false', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The peers could not be installed: see above.');
}

function valueOf(flag: string): string | undefined {
  return flags.find((one) => one.startsWith(flag))?.slice(flag.length);
}

/** Tributary as its users start it, and what it is compared with, first. */
async function commandsFor(upstream: Upstream, folder: string): Promise<Command[]> {
  const configuration = join(folder, 'tributary.json');
  // The log of W5 is whole: no answer is cut at a number of lines.
  const sources = { ...upstream.sources, bytenite: { ...upstream.sources['bytenite'], logCap: null } };
  await writeFile(configuration, JSON.stringify({ sources }));
  const environment = {
    BENCH_UPSTREAM: JSON.stringify(upstream),
    ...(hasCursors ? { BENCH_CURSORS: 'yes' } : {}),
  };
  return [
    { name: 'pass-through', run: ['--import', 'tsx', 'bench/requests/pass-through.ts'], environment, asks: 'by name' },
    ...(flags.includes('--peers') ? PEERS : []).map(({ name, run }): Command => ({
      name,
      run: ['--import', 'tsx', ...run],
      environment,
      asks: 'as GraphQL',
    })),
    ...['dist', ...builds].map((build): Command => ({
      name: build === 'dist' ? 'Tributary' : `Tributary in ${build}`,
      run: [`${build}/src/cli/main.js`, 'serve', '--config', configuration, '--port', '0'],
      // An experiment may ask the vendors itself.
      ...(build === 'dist' ? {} : { environment }),
      asks: 'as GraphQL',
    })),
  ];
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

function rowOf({ contestant, processor, ratios, latencies, rest, peak }: Figures): string[] {
  const ratio = [0.5, 0.25, 0.75].map((part) => quantile(ratios, part).toFixed(2));
  return [
    contestant.name,
    `**${ratio[0]}** (${ratio[1]}–${ratio[2]})`,
    quantile(processor, 0.5).toFixed(2),
    quantile(latencies, 0.5).toFixed(1),
    `${megabytes(rest)} / ${megabytes(peak)}`,
  ];
}

const TITLES = ['', 'CPU ÷ pass-through (quartiles)', 'CPU, ms', 'p50, ms', 'memory before / most, MiB'];

console.log(`Node ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`);
if (flags.includes('--peers')) installPeers();
const vendors = startChild<UpstreamTasks>('../requests/upstream.ts');
const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
try {
  const upstream = await vendors.ask('start');
  const commands = await commandsFor(upstream, folder);
  for (const [name, usualWorkload] of Object.entries(workloads(upstream.jobs, hasCursors))) {
    const workload = { ...usualWorkload, concurrency: Number(valueOf('--in-flight=') ?? usualWorkload.concurrency) };
    if (only !== undefined && !only.includes(name)) continue;
    // Processes of its own for each workload: what one has compiled or holds is no part of the next.
    const contestants: Contestant[] = [];
    try {
      const [passThrough, ...others] = commands;
      const tributary = others.find(({ name: title }) => title === 'Tributary');
      const stages =
        flags.includes('--stages') && tributary !== undefined
          ? await stagesOf(tributary, name as WorkloadName, workload, vendors, folder)
          : [];
      for (const command of [passThrough!, ...stages, ...others]) contestants.push(await Contestant.start(command));
      await vendors.ask('delay', latency);
      const load = (loadavg()[0] ?? 0).toFixed(1);
      const figures = await compete(name as WorkloadName, workload, contestants, scale);
      console.log(`\n### ${name}: ${workload.title}\n\n${markdownTable(TITLES, figures.map(rowOf))}`);
      console.log(`\nLoad of the machine before: ${load}.`);
    } finally {
      await vendors.ask('delay', 0);
      await Promise.all(contestants.map(async (contestant) => contestant.stop()));
    }
  }
} finally {
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
}
