/**
 * What the pages and rows of a request cost without HTTP: vendors' answers lie in memory. `npx tsx bench/in-process.ts`.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UpstreamTasks } from './requests/upstream.ts';
import { workloads } from './requests/workloads.ts';
import { startChild } from './tail/child.ts';
import { markdownTable } from './tail/figures.ts';

const flags = process.argv.slice(2);
function valueOf(flag: string): string | undefined {
  return flags.find((one) => one.startsWith(flag))?.slice(flag.length);
}
const only = valueOf('--only=')?.split(',') ?? ['W1', 'W2', 'W3', 'W4'];
const builds = ['dist', ...(valueOf('--build=')?.split(',') ?? [])];
const stages = valueOf('--stages=')?.split(',') ?? ['parsed', 'rows', 'graphql'];
const rounds = Number(valueOf('--rounds=') ?? 40);
const turn = Number(valueOf('--turn=') ?? 60);
const warmUp = Number(valueOf('--warm-up=') ?? 3_000);
const profiles = valueOf('--profiles=');
const kind = valueOf('--kind=') ?? 'cpu';

class Worker {
  readonly #child: ChildProcess;
  readonly name: string;
  times = 1;
  readonly used: number[] = [];

  constructor(name: string, task: object) {
    this.name = name;
    this.#child = fork(fileURLToPath(new URL('requests/in-process/child.js', import.meta.url)), {
      execArgv: (process.env['BENCH_FLAGS'] ?? '').split(' ').filter(Boolean),
      env: { ...process.env, NODE_ENV: 'production', BENCH_TASK: JSON.stringify(task) },
    });
  }

  async ready(): Promise<void> {
    await once(this.#child, 'message');
  }

  async ask(task: string, argument: unknown = null): Promise<unknown> {
    const told = once(this.#child, 'message');
    this.#child.send({ task, argument });
    const [{ result, error }] = (await told) as [{ result?: unknown; error?: string }];
    if (error !== undefined) throw new Error(error);
    return result;
  }

  stop(): void {
    this.#child.kill();
  }
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

const vendors = startChild<UpstreamTasks>('../requests/upstream.ts');
try {
  const upstream = await vendors.ask('start');
  for (const name of only) {
    const [whole = '', source] = name.split('.');
    const workload = workloads(upstream.jobs, flags.includes('--cursors'))[whole as 'W1'];
    const workers: Worker[] = [];
    try {
      for (const build of builds) {
        for (const stage of stages) {
          if (stage === 'parsed' && build !== 'dist') continue;
          const worker = new Worker(builds.length > 1 ? `${stage} (${build})` : stage, {
            build,
            stage,
            sources: upstream.sources,
            query: workload.query,
            logs: workload.logs.filter((log) => source === undefined || log.source === source),
          });
          await worker.ready();
          workers.push(worker);
        }
      }
      for (const worker of workers) {
        const seen = await worker.ask('prepare');
        if (worker === workers[0]) console.log(`\n${name}: ${JSON.stringify(seen)}`);
        let each = 0;
        for (let used = 0; used < warmUp;) {
          const times = each === 0 ? 20 : Math.ceil(200 / each);
          each = ((await worker.ask('run', times)) as number) / 1000;
          used += each * times;
        }
        worker.times = Math.max(1, Math.ceil(turn / each));
      }
      if (profiles !== undefined) for (const worker of workers) await worker.ask('profile', kind);
      for (let round = 0; round < rounds; round += 1) {
        for (let step = 0; step < workers.length; step += 1) {
          const worker = workers[(step + round) % workers.length]!;
          worker.used.push((await worker.ask('run', worker.times)) as number);
        }
      }
      if (profiles !== undefined) {
        for (const worker of workers) {
          const profile = await worker.ask('profile', kind);
          await writeFile(join(profiles, `${name}-${worker.name}.${kind}profile`), JSON.stringify(profile));
        }
      }
      const rows = workers.map(({ name: title, used }) => [
        title,
        ...[0, 0.25, 0.5].map((part) => quantile(used, part).toFixed(0)),
      ]);
      console.log(markdownTable([name, 'least, µs', 'quartile', 'median'], rows));
    } finally {
      for (const worker of workers) worker.stop();
    }
  }
} finally {
  await vendors.stop();
}
