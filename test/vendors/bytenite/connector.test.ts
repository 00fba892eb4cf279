import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { residualOf } from '../../../src/federation/log-filter/filter.ts';
import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { LogEntry, LogScope } from '../../../src/domain/log-entry.ts';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import type { Ordered } from '../../../src/domain/ordered.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import type { ManagedSourceHttp } from '../../../src/http/source-http.ts';
import type { Partition, ReadRequest } from '../../../src/pagination/core/partition.ts';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import type { ByteNiteSimulation } from '../../../src/sandbox/bytenite/index.ts';
import type { VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { byteNite } from '../../../src/vendors/bytenite/index.ts';
import { quickClock } from '../../support/quick-clock.ts';
import { listJobs } from '../list-jobs.ts';
import { rowsOf as rowsOfBatch } from '../../../src/pagination/core/hinted-rows.ts';

const START = 1_750_781_941_000_000_000n; // 2025-06-24T16:19:01Z
const UNKNOWN_JOB = '00000000-0000-4000-8000-000000000000';

let simulation: ByteNiteSimulation;
let server: VendorServer;
let http: ManagedSourceHttp;
let connector: Connector;
let call: Call;

beforeEach(async () => {
  simulation = simulateByteNite({ now: () => START });
  server = await startVendorServer(simulation);
  connect();
});
afterEach(async () => {
  await http.close();
  await server.close();
});

function connect(options: { readonly jobPageSize?: number; readonly logCap?: number } = {}): void {
  const baseUrl = `${server.origin}/v1/customer`;
  http = createSourceHttp(
    {
      source: 'render',
      baseUrl,
      auth: { type: 'api-key-exchange', tokenUrl: byteNite.tokenUrl(baseUrl) ?? '', apiKey: simulation.apiKey },
      forward: false,
      limits: DEFAULT_LIMITS,
      classifyError: byteNite.classifyError,
    },
    // Retries wait for nothing here.
    quickClock(),
  );
  connector = byteNite.create({ source: 'render', http, options });
  call = createCall();
}

async function rowsOf<T extends Ordered>(
  partitions: readonly Partition<T>[],
  request: Partial<ReadRequest<T>> = {},
): Promise<T[]> {
  const rows: T[] = [];
  for (const partition of partitions) {
    const whole = { direction: 'forward', from: null, hint: null, until: null, need: 50, ...request } as const;
    for await (const batch of partition.read(whole, call)) rows.push(...rowsOfBatch(batch));
  }
  return rows;
}

async function entries(scope: LogScope, filter: LogFilter = {}): Promise<LogEntry[]> {
  return rowsOf((await connector.logs(scope, filter, call)).partitions);
}

async function messages(scope: LogScope, filter: LogFilter = {}): Promise<string[]> {
  return (await entries(scope, filter)).map(({ message }) => message);
}

const calls = (): string[] => server.calls.map(({ kind, status }) => `${kind} ${status}`);
const logQueries = (): unknown[] =>
  server.calls.filter(({ kind }) => kind === 'logs').map(({ body }) => JSON.parse(body) as unknown);

/** Two tasks, all services, several levels. */
function fill(): string {
  const job = simulation.createJob({ name: 'shot 12' });
  simulation.write(job, [
    { time: START, message: 'split', step: 'PARTITIONER' },
    { time: START + 2n, message: 'a warns', task: 'a', severity: 'warn' },
    { time: START + 1n, message: 'b begins', task: 'b', level: 'UNKNOWN' },
    { time: START + 3n, message: 'a panics', task: 'a', level: 'PANIC' },
    { time: START + 4n, message: 'joined', step: 'ASSEMBLER', severity: 'error' },
  ]);
  return job;
}

describe('jobs', () => {
  test('are counted by one cheap question', async () => {
    for (const name of ['a', 'b', 'c']) simulation.createJob({ name });
    expect(await connector.probe(call)).toEqual({ jobs: 3 });
    expect(server.calls.filter(({ kind }) => kind === 'jobs')).toHaveLength(1);
  });

  test('are listed newest first in pages of a fixed size', async () => {
    connect({ jobPageSize: 2 });
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      simulation.updateJob(simulation.createJob({ name }), { createdAt: START + BigInt(index) * 1_000_000n });
    }
    const page = async (number: number): Promise<unknown> => {
      const { jobs, ...rest } = await listJobs(connector, number, {}, call);
      return { names: jobs.map(({ name }) => name), ...rest };
    };
    expect(await page(0)).toEqual({ names: ['c', 'b'], more: true, total: 3, filtered: true });
    expect(await page(1)).toEqual({ names: ['a'], more: false, total: 3, filtered: true });
    expect(await page(2)).toEqual({ names: [], more: false, total: 3, filtered: true });
    expect(server.calls.filter(({ kind }) => kind === 'jobs')).toHaveLength(3);
  });

  test('are all listed when the vendor returns fewer per page than requested', async () => {
    connect({ jobPageSize: 5 });
    simulation.configure({ maxPage: 2 });
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const [index, name] of names.entries()) {
      simulation.updateJob(simulation.createJob({ name }), { createdAt: START - BigInt(index) * 1_000_000n });
    }
    const pages = await Promise.all([0, 1].map((page) => listJobs(connector, page, {}, call)));
    expect(pages.map(({ jobs }) => jobs.map(({ name }) => name))).toEqual([names.slice(0, 5), names.slice(5)]);
    expect(pages.map(({ more }) => more)).toEqual([true, false]);
  });

  test("are listed in the vendor's order if it refuses ours, which is not requested again", async () => {
    simulation.configure({ refuse: ['orderBy'] });
    for (const name of ['b', 'a']) simulation.createJob({ name });
    for (let time = 0; time < 2; time += 1) {
      const { jobs } = await listJobs(connector, 0, {}, createCall());
      expect(jobs.map(({ name }) => name)).toEqual(['b', 'a']);
    }
    // A fresh source is asked once for one row: its count shows that counts are not those of a page alone.
    expect(calls()).toEqual(['token 200', 'jobs 400', 'jobs 200', 'jobs 200', 'jobs 200']);
  });

  test('report that a filter has not been applied', async () => {
    expect((await listJobs(connector, 0, { nameContains: 'x' }, call)).filtered).toBe(false);
  });

  test('are read by key, with one call each, and are null if they do not exist', async () => {
    const key = simulation.createJob({ name: 'one' });
    const [found, missing, odd] = await connector.getJobs([key, UNKNOWN_JOB, '..'], call);
    expect(found).toMatchObject({ key, name: 'one', status: 'RUNNING', source: 'render' });
    expect(missing).toBeNull();
    expect(odd).toBeNull();
    expect(calls().toSorted()).toEqual(['job 200', 'job 404', 'token 200']);
  });

  test('are read by key, with an error for the failed key alone', async () => {
    const keys = ['one', 'two'].map((name) => simulation.createJob({ name }));
    server.inject({ kinds: ['job'], times: 1, what: { do: 'status', status: 200, body: '{"job":{"id":{}}}' } });
    const got = await connector.getJobs(keys, call);
    const failed = got.find((job) => job instanceof Error);
    expect(got.filter((job) => job !== failed)).toMatchObject([{ source: 'render' }]);
    expect(failed).toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    expect(failed?.message).toContain('job.id: expected an id, got an object');
  });

  test('are null for keys that are no ids, which reach the vendor as one segment', async () => {
    const keys = ['a/../b', 'x?y', '%2e%2e', 'ü "quoted" name'];
    expect(await connector.getJobs(keys, call)).toEqual([null, null, null, null]);
    const urls = server.calls.filter(({ kind }) => kind === 'job').map(({ url }) => url);
    expect(urls.toSorted()).toEqual(keys.map((key) => `/v1/customer/jobs/${encodeURIComponent(key)}`).toSorted());
  });

  test('are null for keys that the vendor calls malformed', async () => {
    server.inject({ kinds: ['job'], what: { do: 'status', status: 400, body: '{"code":3,"message":"invalid UUID"}' } });
    const [missing, failed] = await connector.getJobs(['not-an-id', UNKNOWN_JOB], call);
    expect(missing).toBeNull();
    expect(failed).toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
  });
});

describe('steps and attempts', () => {
  test('come from the job itself, which is requested once per call', async () => {
    const job = simulation.createJob({ status: 'RUNNING' });
    await connector.getJobs([job], call);
    const steps = await rowsOf(await connector.parts.Step!.list(job, call));
    expect(steps.map(({ key, status }) => [key, status])).toEqual([
      ['PARTITIONER', 'SUCCEEDED'],
      ['TASKRUNNER', 'RUNNING'],
      ['ASSEMBLER', 'QUEUED'],
    ]);
    expect(await connector.parts.Step!.find(job, 'ASSEMBLER', call)).toEqual(steps[2]);
    expect(await connector.parts.Step!.find(job, 'cleanup', call)).toBeNull();
    expect(calls()).toEqual(['token 200', 'job 200']);
  });

  test('follow the job in the calls of a poller', async () => {
    call = createCall({ priority: 'poll' });
    const job = simulation.createJob({ status: 'QUEUED' });
    expect((await connector.parts.Step!.find(job, 'PARTITIONER', call))?.status).toBe('QUEUED');
    simulation.setStatus(job, 'SUCCEEDED');
    call = createCall({ priority: 'poll' });
    expect((await connector.parts.Step!.find(job, 'PARTITIONER', call))?.status).toBe('SUCCEEDED');
  });

  test('of an unknown job are not found', async () => {
    await expect(rowsOf(await connector.parts.Step!.list(UNKNOWN_JOB, call))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await connector.parts.Step!.find(UNKNOWN_JOB, 'ASSEMBLER', call)).toBeNull();
  });

  test('have no attempts', async () => {
    const job = fill();
    expect(connector.parts.Attempt).toBeUndefined();
    expect(await entries({ job, attempt: '1' })).toEqual([]);
    expect(server.calls).toEqual([]);
  });
});

describe('tasks', () => {
  test('are the groups of the log, in the order of their first lines', async () => {
    const job = fill();
    const tasks = await rowsOf(await connector.parts.Task!.list(job, call));
    expect(tasks.map(({ key, time }) => [key, time])).toEqual([
      ['b', START + 1n],
      ['a', START + 2n],
    ]);
    expect(tasks[0]).toMatchObject({ name: 'b', status: 'UNKNOWN', stepKey: 'TASKRUNNER', attemptKey: null });
    expect(logQueries()).toEqual([{ jobId: job, taskIds: [], levels: [], services: ['TASKRUNNER'] }]);
  });

  test('share the call of a reader of lines at the same time, and are not requested again', async () => {
    const job = fill();
    const [lines, tasks] = await Promise.all([messages({ job }), rowsOf(await connector.parts.Task!.list(job, call))]);
    expect([lines.length, tasks.length]).toEqual([5, 2]);
    expect(await connector.parts.Task!.find(job, 'a', call)).toEqual(tasks[1]);
    expect(await connector.parts.Task!.find(job, 'nobody', call)).toBeNull();
    expect(logQueries()).toEqual([{ jobId: job, taskIds: [], levels: [], services: [] }]);
  });

  test('are asked for by id together', async () => {
    const job = fill();
    const found = await Promise.all(['a', 'b', 'nobody'].map((key) => connector.parts.Task!.find(job, key, call)));
    expect(found.map((task) => task?.key ?? null)).toEqual(['a', 'b', null]);
    expect(logQueries()).toEqual([{ jobId: job, taskIds: ['a', 'b', 'nobody'], levels: [], services: ['TASKRUNNER'] }]);
  });

  test('appear to a poller when they begin later', async () => {
    call = createCall({ priority: 'poll' });
    const job = fill();
    expect(await rowsOf(await connector.parts.Task!.list(job, call))).toHaveLength(2);
    simulation.write(job, [{ time: START, message: 'late', task: 'c' }]);
    call = createCall({ priority: 'poll' });
    expect(await rowsOf(await connector.parts.Task!.list(job, call))).toHaveLength(3);
  });

  test('of an unknown job are not found', async () => {
    await expect(rowsOf(await connector.parts.Task!.list(UNKNOWN_JOB, call))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await connector.parts.Task!.find(UNKNOWN_JOB, 'a', call)).toBeNull();
  });
});

describe('lines', () => {
  test.each(['ascending', 'descending', 'shuffled'] as const)(
    'come in time order across all groups, whatever the order in a group (%s)',
    async (order) => {
      simulation.configure({ order });
      const expected = ['split', 'b begins', 'a warns', 'a panics', 'joined'];
      const job = fill();
      expect(await messages({ job })).toEqual(expected);
      const { partitions } = await connector.logs({ job }, {}, call);
      const backward = await rowsOf(partitions, { direction: 'backward' });
      expect(backward.map(({ message }) => message)).toEqual(expected.toReversed());
    },
  );

  test('are ordered by time and not by text: fractions have 0, 3, 6 or 9 digits', async () => {
    const job = simulation.createJob();
    // '…:01Z' > '…:01.5Z' and '…:01.123Z' > '…:01.1230005Z' as texts.
    const offsets = [0n, 123_000_000n, 123_000_500n, 123_001_000n, 500_000_000n, 500_000_001n];
    simulation.write(
      job,
      offsets.toReversed().map((offset) => ({ time: START + offset, message: String(offset) })),
    );
    const read = await entries({ job });
    expect(read.map(({ message }) => BigInt(message))).toEqual(offsets);
    expect(read.map(({ timestamp }) => timestamp)).toEqual([
      '2025-06-24T16:19:01Z',
      '2025-06-24T16:19:01.123Z',
      '2025-06-24T16:19:01.123000500Z',
      '2025-06-24T16:19:01.123001Z',
      '2025-06-24T16:19:01.500Z',
      '2025-06-24T16:19:01.500000001Z',
    ]);
  });

  test('are all kept when they repeat, each with an identity that is the same in every scope and order', async () => {
    const job = simulation.createJob();
    const line = { time: START, message: 'again', task: 'a' };
    simulation.write(job, [line, line, line, { ...line, task: 'b' }, { ...line, container: 'sidecar' }]);
    const whole = (await entries({ job })).map(({ tie }) => tie);
    expect(new Set(whole).size).toBe(5);
    const ofTask = (await entries({ job, task: 'a' }, { minSeverity: 'INFO' })).map(({ tie }) => tie);
    expect(ofTask).toEqual(whole.filter((tie) => ofTask.includes(tie)));
    expect(ofTask).toHaveLength(4);
    simulation.configure({ order: 'shuffled' });
    expect((await entries({ job })).map(({ tie }) => tie)).toEqual(whole);
  });

  test.each(['array', 'missing', 'null'] as const)('may be none, with groups written as %s', async (emptyGroups) => {
    simulation.configure({ emptyGroups });
    const job = simulation.createJob();
    expect(await entries({ job })).toEqual([]);
    expect(await rowsOf(await connector.parts.Task!.list(job, call))).toEqual([]);
  });

  test('without a level have no severity', async () => {
    simulation.configure({ omitUnknownLevel: true });
    const job = fill();
    expect(
      (await entries({ job }, { severityIn: ['UNSPECIFIED'] })).map(({ message, severity }) => [message, severity]),
    ).toEqual([['b begins', { number: 0, text: null, source: 'NONE' }]]);
  });

  test('are found again from a position while earlier lines are still arriving', async () => {
    const job = fill();
    const [first, second] = await entries({ job });
    simulation.write(job, [{ time: START + 1n, message: 'late', task: 'c' }]);
    const { partitions } = await connector.logs({ job }, {}, call);
    const from = { time: second?.time ?? 0n, tie: second?.tie ?? '' };
    const rest = (await rowsOf(partitions, { from })).map(({ message }) => message);
    expect(rest.filter((message) => message !== 'late')).toEqual(['a warns', 'a panics', 'joined']);
    expect(first?.message).toBe('split');
  });

  test('are counted within the selection only', async () => {
    const job = fill();
    const { partitions } = await connector.logs({ job, step: 'TASKRUNNER' }, { minSeverity: 'WARN' }, call);
    expect(await partitions[0]?.count(call)).toBe(2);
  });

  test('of an unknown job are not found, and nothing is asked before they are read', async () => {
    const { partitions } = await connector.logs({ job: UNKNOWN_JOB }, {}, call);
    expect(server.calls).toEqual([]);
    await expect(rowsOf(partitions)).rejects.toMatchObject({ code: 'NOT_FOUND', source: 'render' });
  });
});

describe('an answer that may have been cut', () => {
  test('is reported once, has no count and is not treated as the list of all tasks', async () => {
    connect({ logCap: 3 });
    simulation.configure({ cap: 3 });
    const job = simulation.createJob();
    const line = (index: number, task: string): object => ({ time: START + BigInt(index), message: `${index}`, task });
    simulation.write(job, [1, 2, 3, 4].map((index) => line(index, 'a')) as never);
    simulation.write(job, [line(5, 'b')] as never);
    const { partitions } = await connector.logs({ job }, {}, call);
    const said: unknown[] = [];
    for await (const batch of partitions[0]!.read(
      { direction: 'forward', from: null, hint: null, until: null, need: 10 },
      call,
    )) {
      said.push([rowsOfBatch(batch).map(({ message }) => message), batch.truncated !== undefined]);
    }
    expect(said).toEqual([[['2', '3', '4', '5'], true]]);
    expect(await partitions[0]!.count(call)).toBeNull();
    expect((await connector.parts.Task!.find(job, 'b', call))?.key).toBe('b');
    expect(logQueries().at(-1)).toMatchObject({ taskIds: ['b'] });
  });

  test('is not suspected when it has fewer lines, or more', async () => {
    connect({ logCap: 4 });
    const { partitions } = await connector.logs({ job: fill() }, {}, call);
    expect(await partitions[0]?.count(call)).toBe(5);
  });
});

describe('filters', () => {
  test('of severity, step and task are pushed down, and the rest is left to the reader', async () => {
    const job = fill();
    const filter = { stepIn: ['TASKRUNNER'], taskIn: ['a'], contains: 'x', matches: 'y' };
    const asked = { ...filter, minSeverity: 'WARN' } as const;
    expect(residualOf(asked, await connector.logs({ job }, asked, call))).toEqual({ contains: 'x', matches: 'y' });
    expect(await messages({ job }, { minSeverity: 'WARN', taskIn: ['a'] })).toEqual(['a warns', 'a panics']);
    expect(logQueries()).toEqual([
      { jobId: job, taskIds: ['a'], levels: ['ERROR', 'FATAL', 'PANIC', 'WARN'], services: ['TASKRUNNER'] },
    ]);
  });

  test.each([false, true])(
    'give the same lines whether or not a task filter hides the other services: %s',
    async (hides) => {
      simulation.configure({ taskIdsHideOtherServices: hides });
      const job = fill();
      const [task, step] = await Promise.all([messages({ job, task: 'b' }), messages({ job, step: 'ASSEMBLER' })]);
      expect([task, step]).toEqual([['b begins'], ['joined']]);
      expect(logQueries()).toHaveLength(1);
    },
  );

  test('cost no call if no line can pass', async () => {
    const job = fill();
    expect(await messages({ job, step: 'ASSEMBLER', task: 'a' })).toEqual([]);
    expect(await messages({ job }, { severityIn: [] })).toEqual([]);
    expect(server.calls).toEqual([]);
  });

  test('that the source refuses are applied here, and are not sent again', async () => {
    simulation.configure({ refuse: ['levels'] });
    const job = fill();
    for (let time = 0; time < 2; time += 1) {
      expect(await messages({ job }, { severityIn: ['FATAL'] })).toEqual(['a panics']);
    }
    expect(calls()).toEqual(['token 200', 'logs 400', 'logs 200', 'logs 200']);
    // Another filter still is.
    expect(await messages({ job, step: 'ASSEMBLER' }, { severityIn: ['ERROR'] })).toEqual(['joined']);
    expect(logQueries().at(-1)).toEqual({ jobId: job, taskIds: [], levels: [], services: ['ASSEMBLER'] });
  });

  test('by tasks that the source refuses are not sent again, if those tasks exist', async () => {
    simulation.configure({ refuse: ['taskIds'] });
    const job = fill();
    expect(await messages({ job, task: 'a' })).toEqual(['a warns', 'a panics']);
    expect(await messages({ job, task: 'b' })).toEqual(['b begins']);
    expect(logQueries()).toMatchObject([{ taskIds: ['a'] }, { taskIds: [] }, { taskIds: [] }]);
  });

  test('by a task that a client has invented leave the pushdown of other filters alone', async () => {
    const job = fill();
    simulation.configure({ refuse: ['taskIds'] });
    expect(await messages({ job, task: 'made up' })).toEqual([]);
    simulation.configure({ refuse: [] });
    expect(await messages({ job, task: 'b' })).toEqual(['b begins']);
    expect(logQueries().at(-1)).toMatchObject({ taskIds: ['b'], services: ['TASKRUNNER'] });
  });

  test('are not blamed for a job id that the source calls malformed', async () => {
    server.inject({ kinds: ['logs'], what: { do: 'status', status: 400, body: '{"code":3}' } });
    await expect(entries({ job: 'not-an-id', task: 'a' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(entries({ job: UNKNOWN_JOB })).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    server.clearFaults();
    const job = fill();
    await messages({ job, task: 'b' });
    expect(logQueries().at(-1)).toMatchObject({ taskIds: ['b'], services: ['TASKRUNNER'] });
  });
});

describe('readers of one job at the same time', () => {
  test('share one call, and each gets the lines of its own scope and filter', async () => {
    const job = fill();
    const read = await Promise.all([
      messages({ job, task: 'a' }, { minSeverity: 'FATAL' }),
      messages({ job, task: 'b' }),
      messages({ job, step: 'ASSEMBLER' }, { severityIn: ['ERROR'] }),
    ]);
    expect(read).toEqual([['a panics'], ['b begins'], ['joined']]);
    expect(logQueries()).toEqual([{ jobId: job, taskIds: [], levels: [], services: ['ASSEMBLER', 'TASKRUNNER'] }]);
  });

  test('share it within a call, but not across calls or jobs', async () => {
    const [one, two] = [fill(), fill()];
    await Promise.all([messages({ job: one }), messages({ job: two })]);
    expect(logQueries()).toHaveLength(2);
  });

  test('do not lose their lines when one of them fails', async () => {
    const job = fill();
    const [bad, good] = await Promise.allSettled([
      rowsOf((await connector.logs({ job }, {}, call)).partitions, {
        accept: () => {
          throw new Error('a filter failed');
        },
      }),
      messages({ job }),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'a filter failed' } });
    expect(good).toMatchObject({ status: 'fulfilled' });
    expect(good.status === 'fulfilled' && good.value).toHaveLength(5);
    expect(logQueries()).toHaveLength(1);
  });
});

describe('a source in trouble', () => {
  test('is asked again: POST /logs only reads', async () => {
    const job = fill();
    server.inject({ kinds: ['logs'], times: 1, what: { do: 'status', status: 503 } });
    expect(await messages({ job })).toHaveLength(5);
    expect(calls()).toEqual(['token 200', 'logs 503', 'logs 200']);
  });

  test('gets a new token, sent without a scheme, when the old one has expired', async () => {
    const job = fill();
    await messages({ job });
    simulation.expireTokens();
    expect(await messages({ job })).toHaveLength(5);
    expect(calls()).toEqual(['token 200', 'logs 200', 'logs 401', 'token 200', 'logs 200']);
  });

  test.each([
    [401, 'SOURCE_UNAUTHENTICATED'],
    [403, 'SOURCE_FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [429, 'SOURCE_RATE_LIMITED'],
    [500, 'SOURCE_UNAVAILABLE'],
    [503, 'SOURCE_UNAVAILABLE'],
  ])('that answers %i with HTML, {} or nothing gives %s', async (status, code) => {
    const job = fill();
    for (const body of ['<html><body>secret</body></html>', '{}', '']) {
      const remove = server.inject({ kinds: ['logs'], what: { do: 'status', status, body } });
      const failure = await entries({ job }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, source: 'render' });
      expect(String(failure)).not.toContain('secret');
      remove();
    }
  });

  test('whose answer is cut, malformed or HTML fails, and never looks like the end of the log', async () => {
    const job = fill();
    server.inject({ kinds: ['logs'], times: 1, what: { do: 'malformed' } });
    await expect(entries({ job })).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    server.inject({ kinds: ['logs'], times: 1, what: { do: 'status', status: 200, body: '<html>' } });
    await expect(entries({ job })).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    const remove = server.inject({ kinds: ['logs'], what: { do: 'cut', after: 0.6 } });
    const failure: unknown = await entries({ job }).catch((error: unknown) => error);
    expect(['SOURCE_UNAVAILABLE', 'SOURCE_BAD_RESPONSE']).toContain((failure as { code: string }).code);
    remove();
    expect(await messages({ job })).toHaveLength(5);
  });
});

describe('its capabilities', () => {
  test('tell the truth', () => {
    expect(connector.capabilities).toEqual({
      attempts: false,
      steps: true,
      tasks: true,
      nativePagination: 'WHOLE_RESPONSE',
      maxPageSize: null,
      totalCount: true,
      pushdown: ['MIN_SEVERITY', 'SEVERITY_IN', 'STEP_IN', 'TASK_IN'],
    });
  });
});
