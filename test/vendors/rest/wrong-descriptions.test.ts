import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { createTributary } from '../../../src/library/create-tributary.ts';
import { start } from '../../cli/command-line.ts';

/** A service with 35 lines in pages of up to 10 that have numbers, and descriptions of it that are wrong. */

const LINES = Array.from({ length: 35 }, (_, index) => ({
  id: index,
  at: 1_767_225_600 + Math.floor(index / 3),
  message: `line ${index}`,
  level: ['I', 'I', 'W', 'E', 'X'][index % 5],
}));
const JOB = { id: 'j', label: 'Nightly load', state: 'done', made: 1_767_225_600, host: 'a', secret: 'do not show' };
let countsMore = 0;
let calls = 0;
/** From this call on, its oldest lines are gone. */
let losesAt = Infinity;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const page = Math.max(1, Number(searchParams.get('page') ?? 1));
  const size = Math.min(10, Number(searchParams.get('size') ?? 10));
  if (pathname.endsWith('/logs')) calls += 1;
  const lines = calls >= losesAt ? LINES.slice(5) : LINES;
  const rows = lines.slice((page - 1) * size, page * size);
  const jobs = Array.from({ length: 23 }, (_, index) => ({ ...JOB, id: `j${index}`, made: JOB.made - index }));
  const mixed = [5, 9, 7].map((made, index) => ({ ...JOB, id: `j${index}`, made: JOB.made + made }));
  const pageOfJobs = { items: jobs.slice((page - 1) * size, page * size), of: jobs.length };
  const body = pathname.endsWith('/logs')
    ? { rows, of: lines.length + countsMore }
    : pathname.endsWith('/jobs')
      ? { items: [JOB], of: 1 }
      : pathname.endsWith('/mixed')
        ? { items: page === 1 ? mixed : [], of: mixed.length }
        : pathname.endsWith('/many')
          ? pageOfJobs
          : pathname.endsWith('/empty')
            ? { items: [], of: 23 }
            : { result: JOB };
  if (pathname.startsWith('/nowhere')) response.statusCode = 404;
  if (pathname.endsWith('/closed')) response.statusCode = 401;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
});

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const PAGES = { scheme: 'page', parameter: 'page', sizeParameter: 'size', pageSize: 10, total: 'of' };

type Change = Readonly<Record<string, unknown>>;

function described({ jobs = {}, logs = {}, ...source }: { jobs?: Change; logs?: Change; baseUrl?: string } = {}) {
  const { port } = server.address() as AddressInfo;
  return {
    vendor: 'rest',
    baseUrl: `http://127.0.0.1:${port}`,
    auth: { type: 'none' },
    ...source,
    jobs: {
      list: { path: '/jobs', items: 'items', pagination: { ...PAGES } },
      one: { path: '/jobs/{job}', item: 'result' },
      key: 'id',
      name: 'label',
      status: 'state',
      createdAt: 'made',
      attributes: { host: 'host' },
      ...jobs,
    },
    logs: {
      path: '/jobs/{job}/logs',
      items: 'rows',
      id: 'id',
      time: 'at',
      timeFormat: 'seconds',
      message: 'message',
      severity: 'level',
      severities: { I: 'INFO', W: 'WARN', E: 'ERROR', X: 'FATAL' },
      order: 'ascending',
      pagination: PAGES,
      ...logs,
    },
  };
}

async function read(logs: Change, size = 1_000, back = false) {
  const tributary = await createTributary({ sources: { made: described({ logs }) } } as never);
  const found = { lines: 0, failures: [] as string[] };
  calls = 0;
  try {
    for (let cursor: string | null = null, pages = 0; pages < 100; pages += 1) {
      const place = back ? { last: size, before: cursor } : { first: size, after: cursor };
      const scopes = [{ source: 'made', scope: { job: 'j' } }];
      const connection = tributary.federation.logs(scopes, { ...place, listFailures: true }, createCall());
      found.lines += (await connection.nodes()).length;
      const info = await connection.pageInfo();
      for (const { code, message } of await connection.failures()) found.failures.push(`${code} ${message}`);
      if (!(back ? info.hasPreviousPage : info.hasNextPage)) return found;
      cursor = back ? info.startCursor : info.endCursor;
    }
    throw new Error('It does not end.');
  } finally {
    await tributary.close();
  }
}

const ways = [
  { size: 1_000, back: false },
  { size: 9, back: true },
];
const EARLY = expect.stringContaining('its list ends before its own count does') as string;

describe.each(ways)('read by $size lines (backward: $back)', ({ size, back }) => {
  test('what is described as it is has all lines, and no failure', async () => {
    expect(await read({}, size, back)).toEqual({ lines: 35, failures: [] });
  });

  test('page numbers that are described as offsets lose lines, which is reported', async () => {
    const { failures } = await read({ pagination: { ...PAGES, scheme: 'offset' } }, size, back);
    expect(failures).toContainEqual(expect.stringMatching(/SOURCE_(BAD_RESPONSE|TRUNCATED)/));
  });

  test('an id that several lines of one time share loses lines, which is reported', async () => {
    const { lines: given, failures } = await read({ id: 'level', attributes: { level: 'level' } }, size, back);
    expect(given).toBeLessThan(35);
    expect(failures).toContainEqual(expect.stringContaining('rows of one time have the same id'));
  });
});

async function readJobs(list: Change, size: number, back: boolean) {
  const pagination = { ...PAGES, ...(list['pagination'] as object) };
  const jobs = { list: { path: '/many', items: 'items', ...list, pagination } };
  const tributary = await createTributary({ sources: { made: described({ jobs }) } } as never);
  const found = { jobs: 0, failures: [] as string[] };
  try {
    for (let cursor: string | null = null, pages = 0; pages < 100; pages += 1) {
      const place = back ? { last: size, before: cursor } : { first: size, after: cursor };
      const connection = tributary.federation.jobs(place, createCall());
      found.jobs += (await connection.nodes()).length;
      const info = await connection.pageInfo();
      for (const { code, message } of await connection.failures()) found.failures.push(`${code} ${message}`);
      if (!(back ? info.hasPreviousPage : info.hasNextPage)) return found;
      cursor = back ? info.startCursor : info.endCursor;
    }
    throw new Error('It does not end.');
  } finally {
    await tributary.close();
  }
}

describe.each([
  { size: 1_000, back: false, order: 'descending' },
  { size: 4, back: false, order: 'descending' },
  { size: 1_000, back: true, order: 'descending' },
  { size: 1_000, back: false, order: 'ascending' },
])('jobs read by $size ($order, backward: $back)', ({ size, back, order }) => {
  test('are all there where the list is described as it is', async () => {
    expect(await readJobs({ order }, size, back)).toEqual({ jobs: 23, failures: [] });
  });

  test('are reported to be missing where page numbers are described as offsets', async () => {
    const { jobs, failures } = await readJobs({ order, pagination: { scheme: 'offset' } }, size, back);
    expect(jobs).toBe(10);
    expect([...new Set(failures)]).toEqual([
      'SOURCE_BAD_RESPONSE made: its list ends before its own count does (jobs.list.pagination)',
    ]);
  });
});

test('a count that is too high is reported, and the lines are all there', async () => {
  countsMore = 8;
  expect(await read({})).toEqual({ lines: 35, failures: [EARLY] });
  countsMore = 0;
});

test('a log that loses old lines while it is read is not taken for one that ends early', async () => {
  losesAt = 3;
  const { failures } = await read({});
  losesAt = Infinity;
  expect(failures).toEqual([]);
});

test('what is described as it is costs no call more', async () => {
  await read({});
  expect(calls).toBe(4);
});

async function explained(changes: Parameters<typeof described>[0]): Promise<{ text: string; code: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-described-'));
  const path = join(folder, 'tributary.json');
  await writeFile(path, JSON.stringify({ sources: { made: described(changes) } }));
  const command = start(['check', '--config', path, '--source', 'made', '--explain']);
  const code = await command.done;
  await rm(folder, { recursive: true });
  return { text: command.output(), code };
}

const one = { path: '/jobs/{job}' };
const list = { path: '/jobs', items: 'items', pagination: PAGES };

test.each<[what: string, changes: Parameters<typeof described>[0], said: readonly RegExp[]]>([
  [
    'the item of one job',
    { jobs: { one } },
    [/failed +jobs\.one: .*jobs\.one\.item is "\$"; the answer has result\.id, /, /lines +35/],
  ],
  [
    'the path of one job',
    { jobs: { one: { path: '/nowhere/{job}' } } },
    [/failed +jobs\.one\.path: job j of the list/, /lines +35/],
  ],
  [
    'the key',
    { jobs: { key: 'ref' } },
    [/failed +no job can be read: items\[0\]\.ref: expected an id \(jobs\.key\), got nothing/],
  ],
  [
    'where jobs stand',
    { jobs: { list: { ...list, items: 'item' } } },
    [/failed +jobs\.list: .*item: expected an array \(jobs\.list\.items\), got nothing; the answer has items, of/],
  ],
  [
    'where lines stand',
    { logs: { items: 'row' } },
    [
      /jobs on the first page +1, of 1/,
      /failed +logs: .*row: expected an array \(logs\.items\), got nothing; the answer has rows, of/,
    ],
  ],
  [
    'how times are written',
    { logs: { timeFormat: 'date-time' } },
    [/failed +logs: .*rows\[0\]\.at: expected a date-time \(logs\.time, logs\.timeFormat\), got 1767225600/],
  ],
  [
    'the first page of jobs',
    { jobs: { list: { ...list, path: '/empty' } } },
    [
      /failed +no job can be read: the list counts jobs and gives none; look at jobs\.list\.items and jobs\.list\.pagination/,
    ],
  ],
  ['the path of lines', { logs: { path: '/nowhere/{job}/logs' } }, [/failed +logs\.path: NOT_FOUND/]],
  ['the order', { logs: { order: 'descending' } }, [/failed +logs: .*not in the order of time \(logs\.order\)/]],
  [
    'the scheme',
    { logs: { pagination: { ...PAGES, scheme: 'offset' } } },
    [/failed +its list ends before its own count does \(logs\.pagination\)/],
  ],
  ['the id', { logs: { id: 'level' } }, [/failed +rows of one time have the same id .*\(logs\.id\)/]],
  ['the base URL', { baseUrl: 'http://127.0.0.1:9' }, [/failed +jobs\.list: SOURCE_UNAVAILABLE/]],
  [
    'the order of jobs',
    { jobs: { list: { path: '/many', items: 'items', order: 'ascending', pagination: PAGES } } },
    [/failed +jobs\.list\.order says ascending, and the jobs come newest first$/m],
  ],
  [
    'an order of jobs that have none',
    { jobs: { list: { path: '/mixed', items: 'items', pagination: PAGES } } },
    [/failed +jobs\.list\.order says descending, and the jobs come neither newest nor oldest first$/m],
  ],
  [
    'auth, and not the list,',
    { jobs: { list: { path: '/closed', items: 'items', pagination: PAGES } } },
    [/failed +auth: SOURCE_UNAUTHENTICATED: /],
  ],
])('an explanation names %s where it is wrong, and the command fails', async (_what, changes, said) => {
  const { text, code } = await explained(changes);
  for (const each of said) expect(text).toMatch(each);
  expect(text).not.toContain('do not show');
  expect(code).toBe(1);
});

test.each<[what: string, changes: Parameters<typeof described>[0], said: RegExp]>([
  [
    'nothing that is right',
    {},
    /^(?!.*(failed|missing|rows per page|next page))[^]*paging +page, 10 lines[^]*lines counted +35/s,
  ],
  [
    'a count that is nowhere',
    { logs: { pagination: { ...PAGES, total: 'count' } } },
    /lines counted +not known: logs\.pagination\.total/,
  ],
  [
    'a count of jobs that is nowhere',
    { jobs: { list: { ...list, pagination: { ...PAGES, total: 'n' } } } },
    /jobs\.list\.pagination\.total/,
  ],
  [
    'pages that are shorter',
    { logs: { pagination: { ...PAGES, pageSize: 100 } } },
    /rows per page +about \d+; logs\.pagination\.pageSize says 100/,
  ],
  [
    'a next page that is never named',
    { logs: { pagination: { scheme: 'token', parameter: 'page', next: 'next' } } },
    /next page +none is named behind 10 lines/,
  ],
  [
    'times of 1970',
    { logs: { timeFormat: 'milliseconds' } },
    /times +from 1970-01-21T\S+ to 1970-01-21T\S+; is logs\.timeFormat right\?/,
  ],
  [
    'names and attributes that are nowhere',
    { jobs: { name: 'nam', attributes: { host: 'hots' } } },
    /missing on all jobs +name, attributes\.host/,
  ],
])('an explanation tells of %s, which is no failure', async (_what, changes, said) => {
  const { text, code } = await explained(changes);
  expect(text).toMatch(said);
  expect(code).toBe(0);
});
