import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant } from './contestant.ts';
import type { Workload, WorkloadName } from './workloads.ts';

export interface Scale {
  /** How often each contestant has its turn. */
  readonly rounds: number;
  /** Processor time that a turn takes, about; milliseconds. */
  readonly turn: number;
  /** Processor time for which each is asked before it is measured; milliseconds. */
  readonly warmUp: number;
  /** The folder where a profile of each contestant is written, of the time after its warm-up. */
  readonly profiles?: string | undefined;
}

export interface Figures {
  readonly contestant: Contestant;
  /** Of each round: processor time of one request, milliseconds. */
  readonly processor: readonly number[];
  /** Of each round: that time as a multiple of the first contestant's in the same round. */
  readonly ratios: readonly number[];
  /** Of each request, milliseconds. */
  readonly latencies: readonly number[];
  /** Memory before the first request and at the most, bytes. */
  readonly rest: number;
  readonly peak: number;
}

/** At least this many requests, so that code is compiled before it is measured; fewer if one takes long. */
const LEAST_WARM_UP = 8;
const LEAST_REQUESTS = 2;

/** Asks all contestants in turns; the first of them is what the others are compared with. */
export async function compete(
  name: WorkloadName,
  workload: Workload,
  contestants: readonly Contestant[],
  scale: Scale,
): Promise<Figures[]> {
  const rest: number[] = [];
  for (const contestant of contestants) rest.push((await contestant.usage()).rss);
  await compareAnswers(name, workload, contestants);
  const requests: number[] = [];
  for (const contestant of contestants) requests.push(await warmUp(name, workload, contestant, scale));
  if (scale.profiles !== undefined) for (const contestant of contestants) await contestant.startProfile();
  const processor = contestants.map((): number[] => []);
  const latencies = contestants.map((): number[] => []);
  for (let round = 0; round < scale.rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      // Each begins as often as the others do.
      const index = (turn + round) % contestants.length;
      const used = await measure(name, workload, contestants[index]!, requests[index]!, latencies[index]!);
      processor[index]!.push(used);
    }
  }
  if (scale.profiles !== undefined) {
    await mkdir(scale.profiles, { recursive: true });
    for (const contestant of contestants) {
      await writeFile(join(scale.profiles, `${name}-${contestant.name}.cpuprofile`), await contestant.endProfile());
    }
  }
  const peaks: number[] = [];
  for (const contestant of contestants) peaks.push((await contestant.usage()).peakRss);
  return contestants.map((contestant, index) => ({
    contestant,
    processor: processor[index]!,
    ratios: processor[index]!.map((used, round) => used / processor[0]![round]!),
    latencies: latencies[index]!,
    rest: rest[index]!,
    peak: peaks[index]!,
  }));
}

/** Throws unless all give the same answer, entry by entry. */
async function compareAnswers(
  name: WorkloadName,
  workload: Workload,
  contestants: readonly Contestant[],
): Promise<void> {
  let expected: readonly string[] | null = null;
  for (const contestant of contestants) {
    const entries = entriesOf(JSON.parse(await contestant.ask(name, workload)));
    expected ??= entries;
    const at = entries.findIndex((entry, index) => entry !== expected?.[index]);
    if (at === -1 && entries.length === expected.length) continue;
    const which = at === -1 ? `${entries.length} entries, not ${expected.length}` : `entry ${at}: ${entries[at]}`;
    throw new Error(`${name}: ${contestant.name} gives ${which}; expected ${expected[at] ?? 'no more'}`);
  }
}

/** Each line of each list in an answer, whatever the order of its fields. */
function entriesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} = ${JSON.stringify(value)}`];
  const isLine = 'message' in value;
  const members = Object.entries(value).sort(([a], [b]) => (Array.isArray(value) ? 0 : a < b ? -1 : 1));
  // Each has cursors of its own, and a pass-through has none.
  const compared = members.filter(([key]) => key !== 'cursor');
  if (isLine) return [`${path} = ${JSON.stringify(Object.fromEntries(members))}`];
  return compared.flatMap(([key, member]) => entriesOf(member, `${path}.${key}`));
}

/** Gives how many requests take a turn. */
async function warmUp(name: WorkloadName, workload: Workload, contestant: Contestant, scale: Scale): Promise<number> {
  const before = (await contestant.usage()).processor;
  let asked = 0;
  let used = 0;
  let each = 0;
  for (let step = LEAST_WARM_UP; used < scale.warmUp; asked += step) {
    each = await measure(name, workload, contestant, step, []);
    used = ((await contestant.usage()).processor - before) / 1000;
    step = Math.min(1_000, step * 2);
  }
  return Math.max(LEAST_REQUESTS, Math.ceil(scale.turn / each));
}

/** Processor time per request, milliseconds. */
async function measure(
  name: WorkloadName,
  workload: Workload,
  contestant: Contestant,
  requests: number,
  latencies: number[],
): Promise<number> {
  const before = await contestant.usage();
  let left = requests;
  const ask = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await contestant.ask(name, workload);
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: workload.concurrency }, ask));
  const after = await contestant.usage();
  return (after.processor - before.processor) / 1000 / requests;
}
