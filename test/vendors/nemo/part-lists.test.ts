import { expect, onTestFinished, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import { SANDBOX_TOKEN, simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import type { SandboxRequest } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { nemo } from '../../../src/vendors/nemo/index.ts';
import { quickClock } from '../../support/quick-clock.ts';

/** Lists of attempts whose count of pages, or whose pages, are wrong. */

const ATTEMPTS = 250;

type Lie = (page: number, pages: number) => { readonly page?: number; readonly said: number | null };

interface Setting {
  readonly attempts: number;
  readonly maxResponseBytes: number;
  /** The number of the attempt that is too large an answer by itself. */
  readonly large: number;
}

/** A source with a job of 250 attempts whose list of attempts lies, and how often that list was asked for. */
async function connect(
  lie: Lie,
  { attempts = ATTEMPTS, large, ...limits }: Partial<Setting> = {},
): Promise<{ connector: Connector; job: string; calls: () => number }> {
  const simulation = simulateNemo({ generation: 'C' });
  const job = simulation.createJob({ name: 'sft' });
  for (let index = 1; index < attempts; index += 1) simulation.startAttempt(job);
  const handle = (request: SandboxRequest): ReturnType<typeof simulation.handle> => {
    if (simulation.classify(request) !== 'attempts') return simulation.handle(request);
    const { page, said } = lie(Number(request.query.get('page') ?? 1), Math.ceil(attempts / 100));
    const query = new URLSearchParams(request.query);
    if (page !== undefined) query.set('page', String(page));
    const reply = simulation.handle({ ...request, query, rawQuery: query.toString() });
    if (reply instanceof Promise) throw new Error('The simulation answers at once.');
    const body = reply.body as { readonly data: readonly { readonly seq: number }[]; readonly pagination: object };
    const data = body.data.map((row) => (row.seq === large ? { ...row, note: 'x'.repeat(100_000) } : row));
    return { ...reply, body: { ...body, data, pagination: { ...body.pagination, total_pages: said } } };
  };
  const server = await startVendorServer({ ...simulation, handle });
  const http = createSourceHttp(
    {
      source: 'nemo-test',
      baseUrl: server.origin,
      auth: { type: 'bearer', token: SANDBOX_TOKEN },
      forward: false,
      limits: { ...DEFAULT_LIMITS, requestsPerSecond: null, ...limits },
      classifyError: nemo.classifyError,
    },
    quickClock(),
  );
  onTestFinished(async () => {
    await http.close();
    await server.close();
  });
  const options = nemo.options.parse({ workspaces: ['default'] });
  const connector = nemo.create({ source: 'nemo-test', http, options });
  return { connector, job, calls: () => server.calls.filter(({ kind }) => kind === 'attempts').length };
}

async function attemptsOf(connector: Connector, job: string): Promise<number> {
  const call = createCall();
  const [partition] = await connector.parts.Attempt!.list(job, call);
  let count = 0;
  const request = { direction: 'forward', from: null, hint: null, until: null, need: 1_000 } as const;
  for await (const { rows } of partition!.read(request, call)) count += rows.length;
  return count;
}

test.each<[string, Lie, number]>([
  ['is right', (_, pages) => ({ said: pages }), 3],
  ['is not there', () => ({ said: null }), 3],
  ['is 0', () => ({ said: 0 }), 3],
  ['is that of the pages so far', (page) => ({ said: page }), 3],
  ['is too high', () => ({ said: 999 }), 9],
])('a list of parts is whole where the count of its pages %s', async (_, lie, calls) => {
  const source = await connect(lie);
  expect(await attemptsOf(source.connector, source.job)).toBe(ATTEMPTS);
  expect(source.calls()).toBeLessThanOrEqual(calls);
});

test('a list of parts that counts some and has none is an error', async () => {
  const source = await connect(() => ({ page: 99, said: 3 }));
  await expect(attemptsOf(source.connector, source.job)).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
  expect(source.calls()).toBe(1);
});

test('a list of parts that breaks off before its own count does is an error', async () => {
  const source = await connect((page) => ({ page: page > 1 ? 99 : 1, said: 3 }));
  await expect(attemptsOf(source.connector, source.job)).rejects.toMatchObject({
    code: 'SOURCE_BAD_RESPONSE',
    message: expect.stringContaining('ends before its own count') as string,
  });
});

test('a list of parts that gives the same page again is an error after a few calls', async () => {
  for (const said of [999, null, 0, 2]) {
    const source = await connect(() => ({ page: 1, said }));
    await expect(attemptsOf(source.connector, source.job)).rejects.toMatchObject({ code: 'SOURCE_BAD_RESPONSE' });
    expect(source.calls()).toBeLessThanOrEqual(9);
  }
});

test.each([
  [9, 4],
  [ATTEMPTS, 4],
  [ATTEMPTS, 137],
  [ATTEMPTS, 249],
])(
  'of %i attempts, one that is too large an answer by itself (%i) is one row that could not be read',
  async (...of) => {
    const [attempts, large] = of;
    const setting = { attempts, large, maxResponseBytes: 64 * 1024 };
    const { connector, job, calls } = await connect((_, pages) => ({ said: pages }), setting);
    // What is learned in one read does not harm the next.
    for (let read = 0; read < 2; read += 1) {
      const [partition] = await connector.parts.Attempt!.list(job, createCall());
      const request = { direction: 'forward', from: null, hint: null, until: null, need: 1_000 } as const;
      let [rows, unreadable] = [0, 0];
      for await (const batch of partition!.read(request, createCall())) {
        rows += batch.rows.length;
        unreadable += batch.unreadable?.count ?? 0;
      }
      expect({ rows, unreadable }).toEqual({ rows: attempts - 1, unreadable: 1 });
    }
    expect(calls()).toBeLessThanOrEqual(80);
  },
);
