import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Child } from '../tail/child.ts';
import { Contestant } from './contestant.ts';
import type { Command } from './contestant.ts';
import type { UpstreamTasks } from './upstream.ts';
import type { Workload, WorkloadName } from './workloads.ts';

/** Enough for Tributary to learn what it learns about its sources. */
const REQUESTS_BEFORE = 4;

const IN_FRONT: readonly { readonly name: string; readonly stage: string }[] = [
  { name: '+ the server in front', stage: 'front' },
  { name: '+ the client of vendors', stage: 'client' },
  { name: '+ pages and rows, no GraphQL', stage: 'rows' },
];

/**
 * Servers between the pass-through and Tributary: each does what the one before it does, and one thing more. The first is a pass-through
 * that makes Tributary's calls, which are recorded here, and prints the answer that is known.
 */
export async function stagesOf(
  tributary: Command,
  name: WorkloadName,
  workload: Workload,
  vendors: Child<UpstreamTasks>,
  folder: string,
): Promise<Command[]> {
  const contestant = await Contestant.start(tributary);
  try {
    for (let asked = 0; asked < REQUESTS_BEFORE; asked += 1) await contestant.ask(name, workload);
    await vendors.ask('record');
    const answer = await contestant.ask(name, workload);
    const calls = await vendors.ask('recorded');
    console.log(`\n${name}: Tributary makes ${calls.length} calls of vendors for one request.`);
    const { data } = JSON.parse(answer) as { readonly data: unknown };
    const path = join(folder, `${name}.json`);
    await writeFile(path, JSON.stringify({ calls, data, logs: workload.logs }));
    const environment = { ...tributary.environment, BENCH_RECORDED: path };
    const using = ['--import', './bench/requests/stages/use.js', ...tributary.run];
    return [
      {
        name: 'with the calls of Tributary',
        run: ['bench/requests/stages/same-calls.js'],
        environment,
        asks: 'by name',
      },
      ...IN_FRONT.map(({ name: title, stage }): Command => ({
        name: title,
        run: using,
        environment: { ...environment, BENCH_STAGE: stage },
        asks: 'as GraphQL',
      })),
    ];
  } finally {
    await contestant.stop();
  }
}
