/**
 * What several workers cost, and what they give: the service with one worker and with two, in turns, asked over 32
 * connections. Run with `npm run bench:workers`; `--seconds=10` for longer turns, `--rounds=9`, `--only=W1,W2`. Each is
 * measured twice: with all its processes held to one processor, which shows what a request costs, and free. Linux only:
 * it reads /proc. See docs/performance.md for how to read it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import type { UpstreamTasks } from './requests/upstream.ts';
import { workloads } from './requests/workloads.ts';
import { startChild } from './tail/child.ts';
import { markdownTable } from './tail/figures.ts';

const CONNECTIONS = 32;
/** The unit of processor time in /proc. */
const TICK_MILLISECONDS = 10;

const flags = process.argv.slice(2);
const seconds = Number(valueOf('--seconds=') ?? 4);
const rounds = Number(valueOf('--rounds=') ?? 5);
const only = valueOf('--only=')?.split(',') ?? ['W1', 'W2'];

function valueOf(flag: string): string | undefined {
  return flags.find((one) => one.startsWith(flag))?.slice(flag.length);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** A running service with so many workers. */
async function startService(workers: number, sources: object, folder: string) {
  const file = join(folder, `${workers}.json`);
  await writeFile(file, JSON.stringify({ server: { workers, logLevel: 'warn' }, sources }));
  const run = ['dist/src/cli/main.js', 'serve', '--config', file, '--port', '0'];
  const child = spawn(process.execPath, run, {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const url = new URL(/ready at (\S+)/.exec(line)?.[1] ?? '');
  const pid = child.pid ?? 0;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number);
  const pids = [pid, ...children.filter((each) => each > 0)];
  const pools = Array.from({ length: CONNECTIONS }, () => new Pool(url.origin, { connections: 1 }));
  return {
    name: workers === 1 ? '1 worker' : `${workers} workers`,
    hold(processors: string): void {
      for (const each of pids) execFileSync('taskset', ['-a', '-cp', processors, String(each)]);
    },
    /** User and system time of all its processes, milliseconds. */
    processor: (): number => pids.reduce((sum, each) => sum + processorOf(each), 0),
    /** Memory of all its processes, MiB; what they share counts once. */
    memory: (): number => pids.reduce((sum, each) => sum + memoryOf(each), 0),
    /** How long each request took that was answered, milliseconds. */
    async drive(query: string, milliseconds: number): Promise<readonly number[]> {
      const end = performance.now() + milliseconds;
      const body = JSON.stringify({ query });
      const headers = { 'content-type': 'application/json', accept: 'application/json' };
      const taken: number[] = [];
      const client = async (pool: Pool): Promise<void> => {
        while (performance.now() < end) {
          const began = performance.now();
          const answer = await pool.request({ path: url.pathname, method: 'POST', headers, body });
          const text = await answer.body.text();
          if (answer.statusCode !== 200 || text.includes('"errors"')) throw new Error(text.slice(0, 500));
          taken.push(performance.now() - began);
        }
      };
      await Promise.all(pools.map(client));
      return taken;
    },
    async stop(): Promise<void> {
      await Promise.all(pools.map((pool) => pool.destroy()));
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function processorOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MILLISECONDS;
}

function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1_024;
}

const everyProcessor = `0-${cpus().length - 1}`;
const lastProcessor = String(cpus().length - 1);
console.log(`Node ${process.version}, ${cpus().length} cores`);
const vendors = startChild<UpstreamTasks>('../requests/upstream.ts');
const folder = await mkdtemp(join(tmpdir(), 'tributary-workers-'));
try {
  const upstream = await vendors.ask('start');
  const services = [await startService(1, upstream.sources, folder), await startService(2, upstream.sources, folder)];
  try {
    for (const service of services) console.log(`${service.name}: ${Math.round(service.memory())} MiB at rest`);
    for (const [name, { title, query }] of Object.entries(workloads(upstream.jobs, false))) {
      if (!only.includes(name)) continue;
      for (const service of services) await service.drive(query, 2_000 * seconds);
      const rows: string[][] = [];
      const load = loadavg()[0]?.toFixed(1) ?? '';
      for (const [held, processors] of [
        ['held to one processor', lastProcessor],
        ['free', everyProcessor],
      ] as const) {
        const turns = services.map(() => ({ rates: [] as number[], costs: [] as number[], latencies: [] as number[] }));
        for (const service of services) service.hold(processors);
        for (let round = 0; round < rounds; round += 1) {
          for (const [i, service] of services.entries()) {
            const [began, before] = [performance.now(), service.processor()];
            const taken = await service.drive(query, 1_000 * seconds);
            const turn = turns[i];
            turn?.costs.push((service.processor() - before) / taken.length);
            turn?.rates.push((1_000 * taken.length) / (performance.now() - began));
            turn?.latencies.push(median(taken));
          }
        }
        for (const [i, turn] of turns.entries()) {
          const cells = [
            median(turn.costs).toFixed(2),
            median(turn.rates).toFixed(0),
            median(turn.latencies).toFixed(0),
            (services[i]?.memory() ?? NaN).toFixed(0),
          ];
          rows.push([held, services[i]?.name ?? '', ...cells]);
        }
      }
      const titles = ['', '', 'CPU per request, ms', 'requests per second', 'p50, ms', 'memory, MiB'];
      console.log(`\n### ${name}: ${title}\n\n${markdownTable(titles, rows)}\n\nLoad of the machine before: ${load}.`);
    }
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
} finally {
  await vendors.stop();
  await rm(folder, { recursive: true, force: true });
}
