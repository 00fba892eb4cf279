import assert from 'node:assert/strict';
import { shownText } from '../../domain/ansi.ts';
import { createCall } from '../../domain/call.ts';
import { hasCode } from '../../domain/errors.ts';
import { PART_KINDS } from '../../domain/job.ts';
import { severityOf } from '../../domain/severity.ts';
import { formatInstant, parseInstant } from '../../domain/time.ts';
import type { LogNode } from '../../federation/api.ts';
import { decodeNodeId, entryRefOf } from '../../federation/node-id.ts';
import { failureLaws } from './failures.ts';
import { idsOf, onStart, walk, whole } from './reading.ts';
import type { Law, SourceUnderTest } from './reading.ts';

/**
 * Tests that a custom vendor keeps the guarantees that users rely on: imported from `tributary/testing`. See
 * docs/own-sources.md.
 */
export type { KnownLine, Law, ServiceUnderTest, SourceUnderTest } from './reading.ts';

/** Page sizes that differ from a vendor's native ones. */
const SIZES = [1, 7, 64, 333];

/** Upper bound on pages: for a longer log, small page sizes are skipped. */
const MOST_PAGES = 60;

/** Number of lines that are looked up by their ids. */
const MOST_FOUND = 20;

/**
 * The laws of a source. Each page is read by a federation that has just started: cursors and ids must survive a
 * restart. `seed` chooses which calls fail and which fields are odd: the same ones for the same seed.
 */
export function vendorLaws(under: SourceUnderTest, { seed = 1 }: { readonly seed?: number } = {}): readonly Law[] {
  const laws: Law[] = [
    { name: 'lists each job once, by any page size, and finds it by its key', check: () => listsJobs(under) },
    { name: 'reports that an unknown job does not exist', check: () => knowsNoOther(under) },
    { name: 'gives each line once, in order of time, under an id of its own', check: () => givesEachLine(under) },
    { name: 'gives the same lines by any page size, from both ends, in both orders', check: () => walksTheSame(under) },
    { name: 'finds a line again by its id', check: () => findsById(under) },
    { name: 'gives exactly the lines that pass a filter', check: () => filters(under) },
    { name: 'has exactly the attempts, steps and tasks that its capabilities name', check: () => hasParts(under) },
  ];
  if (under.write !== undefined)
    laws.push({
      name: 'neither loses nor repeats a line while lines are written',
      check: () => walksWhileWritten(under),
    });
  return [...laws, ...failureLaws(under, seed)];
}

async function listsJobs(under: SourceUnderTest): Promise<void> {
  const { source, job } = under;
  const found: string[][] = [];
  for (const first of [100, 3]) {
    const keys: string[] = [];
    for (let after: string | null = null; keys.length < 300;) {
      const page: { keys: string[]; next: string | null } = await onStart(under, async ({ federation }) => {
        const connection = federation.jobs({ sources: [source], first, after }, createCall());
        const nodes = await connection.nodes();
        const { hasNextPage, endCursor } = await connection.pageInfo();
        return { keys: nodes.map(({ key }) => key), next: hasNextPage ? endCursor : null };
      });
      keys.push(...page.keys);
      if (page.next === null) break;
      after = page.next;
    }
    assert.equal(new Set(keys).size, keys.length, 'a job is listed twice');
    found.push(keys);
  }
  const [large = [], small = []] = found;
  const both = Math.min(large.length, small.length);
  assert.deepEqual(small.slice(0, both), large.slice(0, both), 'small pages list other jobs than large ones');
  await onStart(under, async ({ federation }) => {
    for (const key of [job, ...large.slice(0, 5)])
      assert.equal(
        (await federation.job({ source, key }, createCall()))?.key,
        key,
        `job ${key} is not found by its key`,
      );
  });
}

async function knowsNoOther(under: SourceUnderTest): Promise<void> {
  const { source, unknownJob } = under;
  await onStart(under, async ({ federation }) => {
    assert.equal(await federation.job({ source, key: unknownJob }, createCall()), null, 'an unknown job is found');
    const log = federation.logs([{ source, scope: { job: unknownJob } }], { first: 5 }, createCall());
    await assert.rejects(log.nodes(), (error) => hasCode(error, 'NOT_FOUND'), 'its log is not refused with NOT_FOUND');
  });
}

async function givesEachLine(under: SourceUnderTest): Promise<void> {
  const lines = await whole(under);
  assert.ok(lines.length > 0, 'the job has no line: the laws say little about it');
  assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length, 'two lines have one id');
  for (const [index, { time, timestamp }] of lines.entries()) {
    assert.ok(time >= (lines[index - 1]?.time ?? time), `line ${index} lies before the one before it`);
    assert.notEqual(parseInstant(timestamp), null, `line ${index} has a timestamp that is none`);
  }
  const total = await onStart(under, async ({ federation }) =>
    federation.logs([{ source: under.source, scope: { job: under.job } }], { first: 1 }, createCall()).totalCount(),
  );
  const look = 'a description names what is wrong in logs.pagination or logs.id';
  if (total !== null) assert.equal(lines.length, total, `other lines are counted than come: ${look}`);
  if (under.lines === undefined) return;
  const known = under.lines.map(({ timestamp, message }) =>
    textOf(parseInstant(timestamp)?.nanoseconds ?? 0n, message),
  );
  const given = lines.map(({ time, message }) => textOf(time, message));
  assert.deepEqual(given.toSorted(), known.toSorted(), 'the lines are not those that were written');
}

function textOf(time: bigint, message: string): string {
  return `${formatInstant(time)} ${message}`;
}

async function walksTheSame(under: SourceUnderTest): Promise<void> {
  const ids = idsOf(await whole(under));
  for (const size of SIZES.filter((one) => ids.length / one <= MOST_PAGES)) {
    for (const back of [false, true]) {
      for (const descending of [false, true]) {
        const found = idsOf(await walk(under, { size, back, descending }));
        const way = `pages of ${size}, ${back ? 'backward' : 'forward'}, ${descending ? 'newest' : 'oldest'} first`;
        assert.deepEqual(found, descending ? ids.toReversed() : ids, `other lines by ${way}`);
      }
    }
  }
}

async function findsById(under: SourceUnderTest): Promise<void> {
  const lines = await whole(under);
  const every = Math.ceil(lines.length / MOST_FOUND);
  for (const { id, message } of lines.filter((_, index) => index % every === 0)) {
    const ref = entryRefOf(decodeNodeId(id).keys);
    assert.ok(ref !== null, 'an id is that of no line');
    const found = await onStart(under, async ({ federation }) => federation.entry(ref, createCall()));
    assert.equal(found?.id, id, `the line "${message}" is not found by its id`);
    assert.equal(found.message, message, 'an id leads to another line');
  }
}

async function filters(under: SourceUnderTest): Promise<void> {
  const lines = await whole(under);
  const middle = lines[lines.length >> 1];
  if (middle === undefined) return;
  // Filters ignore terminal escapes.
  const contains = shownText(middle.message).slice(0, 12);
  const checks = [
    { filter: { contains }, passes: ({ message }: LogNode) => shownText(message).includes(contains) },
    { filter: { since: formatInstant(middle.time) }, passes: ({ time }: LogNode) => time >= middle.time },
    { filter: { until: formatInstant(middle.time) }, passes: ({ time }: LogNode) => time < middle.time },
    {
      filter: { severityIn: ['ERROR'] as const },
      passes: ({ severity }: LogNode) => severityOf(severity.number) === 'ERROR',
    },
  ];
  for (const { filter, passes } of checks) {
    const found = idsOf(await walk(under, { size: 50, back: false, filter }));
    assert.deepEqual(found, idsOf(lines.filter(passes)), `other lines under the filter ${JSON.stringify(filter)}`);
  }
}

async function hasParts(under: SourceUnderTest): Promise<void> {
  const { source, job } = under;
  await onStart(under, async ({ federation }) => {
    const capabilities = federation.source(source)?.capabilities;
    assert.ok(capabilities !== undefined, `there is no source ${source}`);
    const kinds = { Attempt: capabilities.attempts, Step: capabilities.steps, Task: capabilities.tasks } as const;
    for (const kind of PART_KINDS) {
      const parts = await federation.parts(kind, { source, key: job }, { first: 100 }, createCall()).nodes();
      if (!kinds[kind]) assert.equal(parts.length, 0, `it says that it has no ${kind}, and lists some`);
      for (const { key } of parts.slice(0, 5)) {
        const found = await federation.part(kind, { source, key: job }, key, createCall());
        assert.equal(found?.key, key, `${kind} ${key} is not found by its key`);
      }
    }
  });
}

async function walksWhileWritten(under: SourceUnderTest): Promise<void> {
  const before = idsOf(await whole(under));
  let writes = 0;
  const found = idsOf(
    await walk(under, { size: Math.ceil(before.length / 8), back: false }, async () => {
      // If every page caused a write, no walk would end.
      if ((writes += 1) <= 5) await under.write?.();
    }),
  );
  assert.equal(new Set(found).size, found.length, 'a line is repeated');
  const given = new Set(found);
  assert.deepEqual(
    before.filter((id) => !given.has(id)),
    [],
    'a line that was there is lost',
  );
}
