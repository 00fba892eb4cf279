import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { vendorLaws } from '../../src/library/testing/index.ts';
import type { TributaryConfig } from '../../src/library/config.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';

const LAWS = {
  passing: 'gives the same lines and jobs through failures that pass, only later',
  lasting: 'says why jobs and lines are missing while a failure lasts',
  odd: 'gives all other lines if a field of one row is odd',
  written: 'neither loses nor repeats a line that is written between two calls, while calls fail',
};

const LAW_NAMES: ReadonlySet<string> = new Set(Object.values(LAWS));

let folder: string;

beforeAll(async () => {
  // The module is loaded by Node itself, which does not read our sources.
  Object.assign(globalThis, { TributaryError });
  folder = await mkdtemp(join(tmpdir(), 'tributary-failure-laws-'));
});
afterAll(async () => {
  Reflect.deleteProperty(globalThis, 'TributaryError');
  await rm(folder, { recursive: true });
});

/** What the laws of failures say of a connector of forty lines that is changed by that statement. */
async function saidOf(change: string, seed: number): Promise<Readonly<Record<string, string>>> {
  const file = `${Buffer.from(change).toString('hex').slice(-60)}.mjs`;
  await writeFile(join(folder, file), MODULE.replace('/* change */', change));
  const lines = Array.from({ length: 40 }, (_, index) => ({
    id: `id-${index}`,
    time: 1_000 + index,
    text: `line ${index}.`,
  }));
  let written = 0;
  const server = await startVendorServer({
    classify: () => 'any',
    handle({ segments: [kind, key], query }) {
      if (kind === 'jobs') return { status: 200, body: { jobs: [{ id: 'a' }] } };
      if (key !== 'a') return { status: 404, body: {} };
      const begin = Number(query.get('begin') ?? 0);
      return { status: 200, body: { lines: lines.slice(begin, begin + Number(query.get('size') ?? 1_000)) } };
    },
  });
  const at = (baseUrl: string): { readonly config: TributaryConfig } => ({
    config: { plugins: [`./${file}`], sources: { own: { vendor: 'own', baseUrl, auth: { type: 'none' } } } },
  });
  const under = {
    ...at(server.origin),
    folder,
    source: 'own',
    job: 'a',
    unknownJob: 'b',
    service: { address: server.origin, at },
    write() {
      written += 1;
      lines.unshift({ id: `late-${written}`, time: 1_000 - written, text: `late ${written}.` });
    },
  };
  const said: Record<string, string> = {};
  try {
    for (const { name, check } of vendorLaws(under, { seed }).filter(({ name }) => LAW_NAMES.has(name)))
      await check().catch((error: unknown) => {
        said[name] = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      });
  } finally {
    await server.close();
  }
  return said;
}

describe('a connector under the laws of failures', () => {
  test.each([1, 2])('that handles failures passes, with seed %i', async (seed) => {
    expect(await saidOf('', seed)).toEqual({});
  });

  test.each([
    [
      'takes a failed call for an answer without lines',
      'swallow = { lines: [] };',
      LAWS.lasting,
      /lines are missing during/,
    ],
    ['takes a failed call for an answer without lines', 'swallow = { lines: [] };', LAWS.passing, /other lines/],
    [
      'takes a failed call for an answer without jobs',
      'noJobs = { jobs: [] };',
      LAWS.lasting,
      /and no failure says why|no error says why/,
    ],
    [
      'refuses all lines because of one',
      'strict = true;',
      LAWS.odd,
      /^the line ".*" is missing with .* of the row of "line/,
    ],
    ['leaves out a line that it can not read', 'silent = true;', LAWS.odd, /a line is missing and no failure says why/],
    ['counts rows where rows come before them', 'size = 15;', LAWS.written, /^a line/],
  ])('is reported if it %s: %s', async (_, change, law, message) => {
    expect((await saidOf(change, 1))[law]).toMatch(message);
  });
});

test('the laws of failures are there with a service, and the one of lines between calls with `write`', () => {
  const under = { config: {}, source: 'own', job: 'a', unknownJob: 'b' };
  const service = { address: 'http://127.0.0.1:9', at: () => ({}) };
  const namesOf = (...asked: Parameters<typeof vendorLaws>): readonly string[] =>
    vendorLaws(...asked).map(({ name }) => name);
  expect(namesOf(under)).toHaveLength(7);
  expect(namesOf({ ...under, service }).slice(7)).toEqual([LAWS.passing, LAWS.lasting, LAWS.odd]);
  expect(namesOf({ ...under, service, write: () => undefined }).slice(8)).toEqual(Object.values(LAWS));
});

const MODULE = `
  import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
  let [swallow, noJobs, strict, silent, size] = [null, null, false, false, 1000];
  /* change */
  const MOST = 100;
  const body = (value) => value;
  const job = { source: 'own', key: 'a', name: 'a', status: 'RUNNING', nativeStatus: null, createdAt: null, startedAt: null,
    finishedAt: null, attributes: null };
  const bad = (what) => new globalThis.TributaryError('SOURCE_BAD_RESPONSE', what, { source: 'own' });
  const compare = (a, b) => (a.time === b.time ? (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0) : a.time < b.time ? -1 : 1);
  function entryOf(row) {
    if (typeof row?.id !== 'string' || row.id === '' || !Number.isSafeInteger(row.time) || row.time < 0 || typeof row.text !== 'string') return null;
    const timestamp = new Date(row.time * 1000).toISOString().replace('.000Z', 'Z');
    return { time: BigInt(row.time) * 1000000000n, tie: row.id, timestamp, severity: { number: 9, text: 'info', source: 'VENDOR' },
      message: row.text.toWellFormed(), exceptions: [], attributes: null, attemptKey: null, stepKey: null, taskKey: null };
  }
  function create({ http }) {
    const ask = async (path, query, instead, call) => {
      try {
        return (await http.json({ method: 'GET', path, query }, body, call)).data;
      } catch (error) {
        if (instead === null || error.code === 'NOT_FOUND') throw error;
        return instead;
      }
    };
    const jobsIn = async (call) => ((await ask(['jobs'], {}, noJobs, call)).jobs.length === 0 ? [] : [job]);
    const linesOf = async (key, call) => {
      const rows = [];
      for (let begin = 0; begin < MOST * size; begin += size) {
        const { lines } = await ask(['lines', key], { begin, size }, swallow, call);
        rows.push(...lines);
        if (lines.length < size) break;
      }
      const entries = rows.map(entryOf);
      const odd = entries.filter((entry) => entry === null).length;
      if (strict && odd > 0) throw bad('a row can not be read');
      return { entries: entries.filter((entry) => entry !== null).sort(compare), odd: silent ? 0 : odd };
    };
    const logOf = (key) => ({
      key: '',
      async *read({ direction, from, until }, call) {
        const sign = direction === 'forward' ? 1 : -1;
        const { entries, odd } = await linesOf(key, call);
        const rows = (sign === 1 ? entries : entries.toReversed()).filter((row) =>
          (from === null || compare(row, from) * sign > 0) && (until === null || compare(row, until) * sign < 0));
        yield { rows: rows.map((row) => ({ row, hint: null })), more: false, pages: 1,
          unreadable: odd === 0 ? undefined : { rows: odd, reason: 'odd' } };
      },
      count: async () => null,
    });
    return {
      vendor: 'own',
      capabilities: { attempts: false, steps: false, tasks: false, nativePagination: 'WHOLE_RESPONSE', maxPageSize: null, totalCount: false, pushdown: [] },
      jobLists: [{ key: '', pageSize: 10, isNewestFirst: () => true,
        page: async (index, filter, call) => ({ jobs: index === 0 ? await jobsIn(call) : [], more: false, total: 1, filtered: false }) }],
      probe: async () => ({ jobs: 1 }),
      getJobs: async (keys, call) => {
        const jobs = await jobsIn(call);
        return keys.map((key) => jobs.find((one) => one.key === key) ?? null);
      },
      parts: {},
      logs: async ({ job: key }) => ({ partitions: [logOf(key)], applied: [] }),
    };
  }
  export default { vendor: 'own', title: 'Own', options: z.strictObject({}), auth: ['none'], create };
`;
