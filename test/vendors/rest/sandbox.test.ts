import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogNode } from '../../../src/federation/api.ts';
import { createTributary } from '../../../src/library/index.ts';
import type { SourceConfig, Tributary } from '../../../src/library/index.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { DESCRIPTIONS } from './descriptions.ts';

/** The same account twice: read by the vendor's own connector, and as it is described in the configuration. */

let sandbox: Sandbox;
let tributary: Tributary;
/** The SAP job whose schedules are the jobs of the described source. */
let nightly: string;

beforeAll(async () => {
  sandbox = await startSandbox({ growing: false });
  const own = sandbox.configuration.sources as Readonly<Record<string, SourceConfig>>;
  const before = await createTributary({ sources: own });
  const jobs = await before.federation.jobs({ sources: ['sap'], first: 50 }, createCall()).nodes();
  nightly = jobs.find(({ name }) => name === 'nightly-erp-run')!.key;
  await before.close();
  const described = Object.entries(DESCRIPTIONS).map(([name, describe]): [string, SourceConfig] => {
    const { baseUrl, auth } = own[name]!;
    // ByteNite's tokens come from beside its base URL, which no other source can know.
    const authorised =
      name === 'bytenite' ? { ...auth!, tokenUrl: `${new URL(baseUrl).origin}/v1/auth/access_token` } : auth;
    return [`${name}-described`, { vendor: 'rest', baseUrl, auth: authorised, ...describe({ job: nightly }) }];
  });
  tributary = await createTributary({ sources: { ...own, ...Object.fromEntries(described) } });
});

afterAll(async () => {
  await tributary.close();
  await sandbox.close();
});

/** All lines, in pages of that many, oldest first or newest first. */
async function walk(source: string, key: string, size: number, back: boolean, descending = false): Promise<LogNode[]> {
  const lines: LogNode[] = [];
  for (let cursor: string | null = null; ;) {
    const call = createCall();
    const args = back ? { last: size, before: cursor } : { first: size, after: cursor };
    const connection = tributary.federation.logs(
      [{ source, scope: { job: key } }],
      { ...args, descending, listFailures: true },
      call,
    );
    const nodes = await connection.nodes();
    expect(await connection.failures()).toEqual([]);
    if (back) lines.unshift(...nodes);
    else lines.push(...nodes);
    const info = await connection.pageInfo();
    if (!(back ? info.hasPreviousPage : info.hasNextPage)) return lines;
    cursor = back ? info.startCursor : info.endCursor;
  }
}

type Said = readonly [timestamp: string, message: string, severity: number];

function said(lines: readonly LogNode[]): readonly Said[] {
  return lines.map(({ timestamp, message, severity }) => [timestamp, message, severity.number]);
}

/** Lines of one instant have no order that two connectors must agree on. */
function sorted(lines: readonly Said[]): readonly Said[] {
  return lines.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const ALL = { sources: [] as string[], first: 100 };

async function jobsOf(source: string): Promise<readonly { key: string; name: string; status: string }[]> {
  return tributary.federation.jobs({ ...ALL, sources: [source] }, createCall()).nodes();
}

async function expectSame(source: string, key: string, expected: readonly Said[]): Promise<void> {
  const forward = await walk(source, key, 1_000, false);
  expect(sorted(said(forward))).toEqual(sorted(expected));
  const ids = forward.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const size = Math.max(7, Math.ceil(ids.length / 9));
  expect((await walk(source, key, size, false)).map(({ id }) => id)).toEqual(ids);
  expect((await walk(source, key, size, true)).map(({ id }) => id)).toEqual(ids);
  expect((await walk(source, key, size, false, true)).map(({ id }) => id)).toEqual(ids.toReversed());
}

describe.each([
  ['nemo', (key: string) => key.replace('default/', '')],
  ['bytenite', (key: string) => key],
  ['softwareone', (key: string) => key],
  ['deepset', (key: string) => key.replace('production/', '')],
])('%s, described in the configuration', (source, keyOf) => {
  const described = `${source}-described`;

  test('has the jobs that its own connector finds, with their statuses', async () => {
    const own = await jobsOf(source);
    const found = await jobsOf(described);
    const shown = new Map(found.map((job) => [job.key, job]));
    for (const { key, name, status } of own) expect(shown.get(keyOf(key))).toMatchObject({ name, status });
    expect(own.length).toBeGreaterThan(1);
    const [one] = own;
    expect(await tributary.federation.job({ source: described, key: keyOf(one!.key) }, createCall())).toMatchObject({
      key: keyOf(one!.key),
      status: one!.status,
    });
    expect(await tributary.federation.job({ source: described, key: 'no-such-job' }, createCall())).toBeNull();
  });

  test('gives the lines that its own connector gives, in both directions', async () => {
    let count = 0;
    for (const { key } of (await jobsOf(source)).slice(0, 4)) {
      const own = await walk(source, key, 1_000, false);
      count += own.length;
      // A message that is a template is put together by SoftwareOne's own connector only.
      const expected = own.map((line): Said => {
        const template = line.attributes?.['template'];
        return [line.timestamp, typeof template === 'string' ? template : line.message, line.severity.number];
      });
      await expectSame(described, keyOf(key), expected);
    }
    expect(count).toBeGreaterThan(20);
  });
});

test('a schedule of SAP, described in the configuration, gives the lines of the runs that left a message', async () => {
  const schedules = await jobsOf('sap-described');
  const own = await walk('sap', nightly, 1_000, false);
  let count = 0;
  for (const { key, name } of schedules.filter(({ name }) => name !== 'invoice posting')) {
    const lines = own.filter(({ stepKey }) => stepKey === key);
    count += lines.length;
    await expectSame('sap-described', key, said(lines));
    expect(name).not.toBe('');
  }
  expect(count).toBeGreaterThan(10);
});

test('what is known of a described source is what its description says', () => {
  const infos = new Map(tributary.federation.sources.map(({ name, capabilities }) => [name, capabilities]));
  expect(infos.get('nemo-described')).toMatchObject({
    nativePagination: 'PAGE_TOKEN',
    maxPageSize: 1000,
    totalCount: true,
  });
  expect(infos.get('deepset-described')).toMatchObject({
    nativePagination: 'TIME_KEYSET',
    pushdown: ['SINCE', 'UNTIL'],
  });
  expect(infos.get('bytenite-described')).toMatchObject({ nativePagination: 'WHOLE_RESPONSE', maxPageSize: null });
  expect(infos.get('softwareone-described')).toMatchObject({ nativePagination: 'OFFSET', steps: false, pushdown: [] });
});
