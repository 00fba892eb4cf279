import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { LogEntry, LogScope } from '../../../src/domain/log-entry.ts';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import type { SourceHttpSettings } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import type { ManagedSourceHttp } from '../../../src/http/source-http.ts';
import { simulateByteNite } from '../../../src/sandbox/bytenite/index.ts';
import type { VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import { PATIENCE, RUNS, settingsOf } from '../contract/draw.ts';
import { byteNite } from '../../../src/vendors/bytenite/index.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { quickClock } from '../../support/quick-clock.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

const START = 1_750_781_941_000_000_000n; // 2025-06-24T16:19:01Z

const simulation = simulateByteNite({ now: () => START });
/** In pieces of how many characters answers come; null: whole. */
let pieces: number | null = null;
/** What an answer waits for. */
let gate: () => Promise<void> = () => Promise.resolve();
let server: VendorServer;
let http: ManagedSourceHttp;
let connector: Connector;

beforeAll(async () => {
  server = await startVendorServer({
    ...simulation,
    async handle(request) {
      if (simulation.classify(request) === 'logs') await gate();
      const reply = await simulation.handle(request);
      if (pieces === null || simulation.classify(request) !== 'logs' || reply.status !== 200) return reply;
      return { ...reply, body: slowly(await textOf(reply.body), pieces) };
    },
  });
});
afterAll(() => server.close());
beforeEach(() => {
  connect();
});
afterEach(async () => {
  pieces = null;
  gate = () => Promise.resolve();
  server.clearFaults();
  simulation.clear();
  await http.close();
});

/** The body of an answer: the simulated vendor writes long ones in parts. */
async function textOf(body: unknown): Promise<string> {
  let text = '';
  for await (const part of body as AsyncIterable<string>) text += part;
  return text;
}

async function* slowly(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) {
    yield text.slice(at, at + size);
    await turns(1);
  }
}

function connect(forward: SourceHttpSettings['forward'] = false): void {
  const baseUrl = `${server.origin}/v1/customer`;
  http = createSourceHttp(
    {
      source: 'render',
      baseUrl,
      auth: { type: 'api-key-exchange', tokenUrl: byteNite.tokenUrl(baseUrl) ?? '', apiKey: simulation.apiKey },
      forward,
      limits: DEFAULT_LIMITS,
      classifyError: byteNite.classifyError,
    },
    // Retries wait for nothing here.
    quickClock(),
  );
  connector = byteNite.create({ source: 'render', http, options: {} });
}

interface Line {
  readonly slot: number;
  readonly text: string;
  readonly step: string;
  readonly task: string;
  readonly severity: 'info' | 'warn' | 'error';
}

const lineArbitrary: fc.Arbitrary<Line> = fc.record({
  slot: fc.nat({ max: 6 }),
  text: fc.constantFrom('loading', 'step', 'naïve ☃'),
  step: fc.constantFrom('PARTITIONER', 'TASKRUNNER', 'TASKRUNNER', 'ASSEMBLER'),
  task: fc.constantFrom('a', 'b'),
  severity: fc.constantFrom('info', 'warn', 'error'),
});

function write(lines: readonly Line[]): string {
  const job = simulation.createJob();
  simulation.write(
    job,
    lines.map(({ slot, text, ...line }) => ({ ...line, time: START + BigInt(slot) * 250_000_000n, message: text })),
  );
  return job;
}

/** One client: what it wants, from where, and how much of it. */
interface Client {
  readonly scope: Omit<LogScope, 'job'>;
  readonly filter: LogFilter;
  readonly backward: boolean;
  /** After which line of the whole log it goes on; null: from the beginning. */
  readonly after: number | null;
  readonly need: number;
  readonly rare: boolean;
  readonly priority: Call['priority'];
  /** After how many turns of the event loop it asks, and leaves; null: it stays. */
  readonly comes: number;
  readonly leaves: number | null;
}

const clientArbitrary: fc.Arbitrary<Client> = fc.record({
  scope: fc.constantFrom<Client['scope']>({}, {}, {}, { step: 'TASKRUNNER' }, { task: 'a' }),
  filter: fc.constantFrom<LogFilter>({}, {}, {}, { minSeverity: 'WARN' }, { taskIn: ['b', 'nobody'] }),
  backward: fc.boolean(),
  after: fc.option(fc.nat({ max: 300 })),
  need: fc.constantFrom(1, 2, 20, 500),
  rare: fc.boolean(),
  priority: fc.constantFrom<Call['priority']>('interactive', 'interactive', 'poll'),
  comes: fc.oneof(fc.constant(0), fc.nat({ max: 30 })),
  leaves: fc.option(fc.nat({ max: 30 }), { freq: 3 }),
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What a client gets, in batches, until it has what it needs. */
async function read(job: string, client: Client, whole: readonly LogEntry[], signal?: AbortSignal): Promise<unknown> {
  const call = createCall({ priority: client.priority, ...(signal === undefined ? {} : { signal }) });
  const { partitions } = await connector.logs({ ...client.scope, job }, client.filter, call);
  const after = client.after === null ? undefined : whole[client.after % Math.max(1, whole.length)];
  const got: unknown[] = [];
  for (const partition of partitions) {
    let taken = 0;
    const batches = partition.read(
      {
        direction: client.backward ? 'backward' : 'forward',
        from: after === undefined ? null : { time: after.time, tie: after.tie },
        hint: null,
        until: null,
        need: client.need,
        accept: client.rare ? ({ message }) => message === 'step' : undefined,
      },
      call,
    );
    for await (const { rows, more } of batches) {
      got.push({ rows: rowsOf({ rows }).map(({ tie, time, message }) => [time, tie, message]), more });
      taken += rows.length;
      if (taken >= client.need) break;
    }
  }
  return got;
}

const EVERYTHING: Client = {
  scope: {},
  filter: {},
  backward: false,
  after: null,
  need: 1_000,
  rare: false,
  priority: 'interactive',
  comes: 0,
  leaves: null,
};

async function wholeLog(job: string): Promise<readonly LogEntry[]> {
  const call = createCall();
  const { partitions } = await connector.logs({ job }, {}, call);
  const rows: LogEntry[] = [];
  for (const partition of partitions) {
    const all = { direction: 'forward', from: null, hint: null, until: null, need: 5_000 } as const;
    for await (const batch of partition.read(all, call)) rows.push(...rowsOf(batch));
  }
  return rows;
}

const logCalls = (): number => server.calls.filter(({ kind }) => kind === 'logs').length;

describe('clients that read one log at the same time', () => {
  test(
    'each get what they would get alone, whatever they ask for, whenever they join or leave, and although answers are cut',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(lineArbitrary, { maxLength: 120, size: 'max' }),
          fc.array(clientArbitrary, { minLength: 2, maxLength: 8, size: 'max' }),
          fc.nat({ max: 2 }),
          fc.constantFrom(0.2, 0.6, 0.99),
          fc.record({
            order: fc.constantFrom('ascending', 'descending', 'shuffled'),
            size: fc.constantFrom(400, 2_000, null),
          }),
          async (lines, clients, cuts, cutAfter, { order, size }) => {
            simulation.configure({ order });
            pieces = null;
            const job = write(lines);
            const whole = await wholeLog(job);
            const alone: unknown[] = [];
            for (const client of clients) alone.push(await read(job, client, whole));
            server.resetCalls();
            pieces = size;
            const restore = server.inject({ kinds: ['logs'], times: cuts, what: { do: 'cut', after: cutAfter } });
            await Promise.all(
              clients.map(async (client, index) => {
                await turns(client.comes);
                const leaving = new AbortController();
                const reading = read(job, client, whole, leaving.signal).catch((error: unknown) => error);
                if (client.leaves !== null) {
                  void turns(client.leaves).then(() => {
                    leaving.abort();
                  });
                }
                const got = await reading;
                if (got !== leaving.signal.reason) expect(got).toEqual(alone[index]);
              }),
            );
            restore();
          },
        ),
        settingsOf(RUNS / 2),
      );
    },
    PATIENCE,
  );

  test('share one answer if they ask the same question, and get separate answers otherwise', async () => {
    const job = write([{ slot: 1, text: 'step', step: 'TASKRUNNER', task: 'a', severity: 'warn' }]);
    const whole = await wholeLog(job);
    server.resetCalls();
    // Sizes, places and directions never reach the vendor.
    const same = [{ need: 1 }, { need: 500 }, { backward: true }, { after: 0 }, { rare: true }, { priority: 'poll' }];
    await Promise.all(same.map((client) => read(job, { ...EVERYTHING, ...client } as Client, whole)));
    expect(logCalls()).toBe(1);
    const others: Partial<Client>[] = [{}, { scope: { task: 'a' } }, { filter: { minSeverity: 'WARN' } }, {}];
    await Promise.all(others.map((client) => read(job, { ...EVERYTHING, ...client }, whole)));
    expect(logCalls()).toBe(1 + 3);
  });

  test('repeat the request together if their answer is cut', async () => {
    const job = write([{ slot: 1, text: 'step', step: 'TASKRUNNER', task: 'a', severity: 'warn' }]);
    const whole = await wholeLog(job);
    server.resetCalls();
    server.inject({ kinds: ['logs'], times: 1, what: { do: 'cut', after: 0.99 } });
    const clients = [EVERYTHING, { ...EVERYTHING, rare: true }, EVERYTHING];
    const got = await Promise.all(clients.map((client) => read(job, client, whole)));
    expect(got).toEqual(await Promise.all(clients.map(() => read(job, EVERYTHING, whole))));
    expect(logCalls()).toBe(2 + 1);
  });

  test('share the refusal of a filter, and the request that replaces it', async () => {
    simulation.configure({ refuse: ['levels'] });
    const job = write([{ slot: 1, text: 'step', step: 'TASKRUNNER', task: 'a', severity: 'warn' }]);
    server.resetCalls();
    const warns: Client = { ...EVERYTHING, filter: { minSeverity: 'WARN' } };
    const got = await Promise.all([1, 2, 3].map(() => read(job, warns, [])));
    simulation.configure({ refuse: [] });
    expect(new Set(got.map((each) => JSON.stringify(each, (_, value: unknown) => String(value)))).size).toBe(1);
    expect(server.calls.filter(({ kind }) => kind === 'logs').map(({ status }) => status)).toEqual([400, 200]);
  });

  test('do not continue with an answer that was requested before their own arrived', async () => {
    const job = write(
      Array.from({ length: 200 }, (_, slot) => ({
        slot,
        text: 'step',
        step: 'TASKRUNNER',
        task: 'a',
        severity: 'info',
      })),
    );
    server.resetCalls();
    let asked = 0;
    let letGo = (): void => undefined;
    gate = () => {
      asked += 1;
      return asked === 2 ? new Promise((resolve) => (letGo = resolve)) : Promise.resolve();
    };
    const call = createCall();
    const { partitions } = await connector.logs({ job }, {}, call);
    let other: Promise<unknown> | undefined;
    const batches = partitions[0]!.read(
      {
        direction: 'forward',
        from: null,
        hint: null,
        until: null,
        need: 1,
        // Its answer has begun to come.
        accept: () => {
          other ??= read(job, EVERYTHING, []);
          return true;
        },
      },
      call,
    );
    const first = await batches.next();
    // Waits for its own answer, not for the delayed one.
    const second = await batches.next();
    letGo();
    await other;
    expect([first, second].map(({ value }) => value?.rows.length)).toEqual([65, 65]);
    expect(logCalls()).toBe(3);
  });

  test('share nothing across forwarded credentials', async () => {
    await http.close();
    connect('optional');
    const job = write([{ slot: 1, text: 'step', step: 'TASKRUNNER', task: 'a', severity: 'warn' }]);
    const tokens = await Promise.all([1, 2].map(() => exchangedToken()));
    expect(new Set(tokens).size).toBe(2);
    server.resetCalls();
    const clients = [tokens[0], tokens[1], tokens[0]];
    await Promise.all(
      clients.map(async (authorization = '') => {
        const call = createCall({ authorization });
        const { partitions } = await connector.logs({ job }, {}, call);
        expect(await partitions[0]?.count(call)).toBe(1);
      }),
    );
    expect(logCalls()).toBe(2);
  });
});

async function exchangedToken(): Promise<string> {
  const response = await fetch(`${server.origin}/v1/auth/access_token`, {
    method: 'POST',
    body: JSON.stringify({ apiKey: simulation.apiKey }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}
