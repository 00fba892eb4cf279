import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { EntryRef, LogConnection } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { keysetNative, offsetNative, timeNative, tokenNative, wholeNative } from '../pagination/fake-natives.ts';
import type { FakeNative, Line, RawLine } from '../pagination/fake-natives.ts';
import { fakeSource } from './fake-sources.ts';
import type { FakeSource } from './fake-sources.ts';

const RUNS = process.env['DEEP'] === '1' ? 5_000 : 300;
const LEVELS = ['debug', 'info', 'warning', 'error'];

let counter = 0;

const lineArbitrary: fc.Arbitrary<RawLine> = fc
  .record({
    slot: fc.integer({ min: 0, max: 12 }),
    text: fc.constantFrom('loading', 'step', 'step', 'done'),
    level: fc.constantFrom(...LEVELS),
  })
  .map(({ slot, ...said }) => {
    counter += 1;
    return { time: timeOf(slot), id: `r${String(counter).padStart(9, '0')}`, ...said };
  });

function timeOf(slot: number): bigint {
  return 1_700_000_000_000_000_000n + BigInt(slot) * 1_000_000n;
}

type Make = (lines: readonly RawLine[]) => FakeNative;

const makers: readonly Make[] = [
  (lines) =>
    keysetNative(lines, { limit: 6, cursors: true, newestFirst: true, spread: 6_000_000n, runningLevel: 'debug' }),
  (lines) => keysetNative(lines, { limit: 6, cursors: false, newestFirst: true, spread: 0n, runningLevel: 'debug' }),
  (lines) => tokenNative(lines, { limit: 7, addressable: true }),
  (lines) => tokenNative(lines, { limit: 5, addressable: false }),
  (lines) => offsetNative(lines, { limit: 6, timeFilter: true, total: true, tieOrdered: true }),
  (lines) => offsetNative(lines, { limit: 6, timeFilter: false, total: true, tieOrdered: true }),
  (lines) => timeNative(lines, { limit: 30, levels: LEVELS }),
  (lines) => wholeNative(lines),
];

interface Place {
  readonly job: number;
  readonly line: Line;
}

const keyOf = (job: number, { time, tie }: Pick<Line, 'time' | 'tie'>): string => `${job}/${time}/${tie}`;

function comparePlaces(a: Place, b: Place): number {
  if (a.line.time !== b.line.time) return a.line.time < b.line.time ? -1 : 1;
  if (a.job !== b.job) return a.job - b.job;
  return a.line.tie < b.line.tie ? -1 : a.line.tie > b.line.tie ? 1 : 0;
}

function refOf({ job, line: { time, tie } }: Place): EntryRef {
  return { source: 'a', key: `job${job}`, partition: '', time, tie };
}

async function keysOf(connection: LogConnection): Promise<string[]> {
  return (await connection.nodes()).map((node) => keyOf(Number(node.jobKey.slice(3)), node));
}

test('the context of any line has the lines around it, in one log or in several merged ones, and its cursors continue from there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          make: fc.constantFrom(...makers),
          lines: fc.array(lineArbitrary, { minLength: 1, maxLength: 25 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      fc.record({ pick: fc.nat(), before: fc.integer({ min: 0, max: 9 }), after: fc.integer({ min: 0, max: 9 }) }),
      fc.boolean(),
      fc.array(lineArbitrary, { maxLength: 4 }),
      async (made, { pick, before, after }, isMerged, late) => {
        const natives = made.map(({ make, lines }) => make(lines));
        const source = fakeSource('a', Object.fromEntries(natives.map((native, index) => [`job${index}`, [native]])));
        const federation = createFederation([source]);
        const all = natives.flatMap((native, job) => native.expected().map((line) => ({ job, line })));
        const target = all[pick % all.length];
        if (target === undefined) return;
        for (const line of late) natives[Number(line.id.at(-1)) % natives.length]?.add([line]);
        const jobs = natives.map((_, index) => ({ source: 'a', key: `job${index}` }));
        const wanted = isMerged ? jobs : jobs.slice(target.job, target.job + 1);
        const whole = natives
          .flatMap((native, job) => native.expected().map((line) => ({ job, line })))
          .filter(({ job }) => isMerged || job === target.job)
          .sort(comparePlaces)
          .map(({ job, line }) => keyOf(job, line));
        const at = whole.indexOf(keyOf(target.job, target.line));
        const args = { before, after, ...(isMerged ? { jobs } : {}) };
        const context = await federation.context(refOf(target), args, createCall());
        expect(await keysOf(context)).toEqual(whole.slice(Math.max(0, at - before), at + after + 1));
        expect(await context.failures()).toEqual([]);
        const { startCursor, endCursor, hasNextPage, hasPreviousPage } = await context.pageInfo();
        expect([hasPreviousPage, hasNextPage]).toEqual([at - before > 0, at + after + 1 < whole.length]);
        const scopes = wanted.map(({ key }) => ({ source: 'a', scope: { job: key } }));
        const next = federation.logs(scopes, { first: 4, after: endCursor }, createCall());
        expect(await keysOf(next)).toEqual(whole.slice(at + after + 1, at + after + 5));
        const previous = federation.logs(scopes, { last: 4, before: startCursor }, createCall());
        const first = Math.max(0, at - before);
        expect(await keysOf(previous)).toEqual(whole.slice(Math.max(0, first - 4), first));
        const cursors = (await context.edges()).map(({ cursor }) => cursor);
        expect([cursors.at(0), cursors.at(-1)]).toEqual([startCursor, endCursor]);
      },
    ),
    { numRuns: RUNS },
  );
});

function linesAt(...slots: readonly number[]): RawLine[] {
  return slots.map((slot) => ({ time: timeOf(slot), id: `id${slot}`, text: `line ${slot}`, level: 'info' }));
}

function twoJobs(): FakeSource {
  return fakeSource('a', {
    job0: [offsetNative(linesAt(1, 3, 5), { limit: 6, timeFilter: true, total: true, tieOrdered: true })],
    job1: [offsetNative(linesAt(2, 4), { limit: 6, timeFilter: true, total: true, tieOrdered: true })],
  });
}

const JOBS = [
  { source: 'a', key: 'job0' },
  { source: 'a', key: 'job1' },
];
const LINE: EntryRef = { source: 'a', key: 'job0', partition: '', time: timeOf(3), tie: 'id3' };

describe('lines around a line', () => {
  test.each([
    ['that is gone', { ...LINE, tie: 'id9' }],
    ['of a partition that is gone', { ...LINE, partition: 'p7' }],
    ['of a job that is gone', { ...LINE, key: 'job9' }],
    ['of no source', { ...LINE, source: 'b' }],
    ['without a place', { ...LINE, tie: '' }],
  ])('are NOT_FOUND for a line %s', async (_what, ref) => {
    const context = createFederation([twoJobs()]).context(ref, { before: 1, after: 1 }, createCall());
    await expect(context).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    [{ before: -1, after: 1 }, /before: -1/],
    [{ before: 1, after: 0.5 }, /whole numbers/],
    [{ before: 500, after: 500 }, /together less than 1000/],
    [{ before: 1, after: 1, jobs: JOBS.slice(1) }, /the job of the line/],
  ])('are refused for %j', async (args, message) => {
    const context = createFederation([twoJobs()]).context(LINE, args, createCall());
    await expect(context).rejects.toThrow(message);
    await expect(context).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('fail with the error of the source of the line', async () => {
    const source = twoJobs();
    source.failures.set('job0', 9);
    const context = createFederation([source]).context(LINE, { before: 1, after: 1, jobs: JOBS }, createCall());
    await expect(context).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    source.failures.clear();
    source.unnamed.set('job0', 1);
    const unnamed = createFederation([source]).context(LINE, { before: 1, after: 1 }, createCall());
    await expect(unnamed).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  test('are returned without those of another job whose source fails, and the failure is listed', async () => {
    const source = twoJobs();
    source.failures.set('job1', 9);
    const context = await createFederation([source]).context(LINE, { before: 2, after: 2, jobs: JOBS }, createCall());
    expect((await context.nodes()).map(({ message }) => message)).toEqual(['line 1', 'line 3', 'line 5']);
    expect(await context.failures()).toMatchObject([{ source: 'a', code: 'SOURCE_UNAVAILABLE' }]);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = await context.pageInfo();
    expect([hasPreviousPage, hasNextPage]).toEqual([true, true]);
    source.failures.clear();
    const scopes = JOBS.map(({ source: name, key }) => ({ source: name, scope: { job: key } }));
    const messages = async (args: object): Promise<string[]> => {
      const page = createFederation([source]).logs(scopes, args, createCall());
      return (await page.nodes()).map(({ message }) => message);
    };
    expect(await messages({ last: 9, before: startCursor })).toEqual(['line 2']);
    expect(await messages({ first: 9, after: endCursor })).toEqual(['line 4']);
  });
});
