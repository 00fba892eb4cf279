import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogStreamEvent, TailArguments } from '../../../src/federation/api.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { TailSettings } from '../../../src/federation/tail/settings.ts';
import { timeNative } from '../../pagination/fake-natives.ts';
import type { FakeNative, RawLine } from '../../pagination/fake-natives.ts';
import { waitFor } from '../../redis/wait-for.ts';
import { FAST, fakeSource } from '../fake-sources.ts';

const SECOND = 1_000_000_000n;
const now = BigInt(Date.now()) * 1_000_000n;
const line = (time: bigint): RawLine => ({ time, id: `l${time}`, text: 'l', level: 'info' });

/** More lines in one instant than the vendor returns: it returns five from either end. */
function crowd(time: bigint): RawLine[] {
  return Array.from({ length: 30 }, (_, i) => ({
    ...line(time),
    id: `c${time}${String(i).padStart(3, '0')}`,
  }));
}

type Batch = Extract<LogStreamEvent, { type: 'LogBatch' }>;

function setUp(lines: readonly RawLine[], tail: Partial<TailSettings> = {}) {
  const native = timeNative(lines, { limit: 5, levels: ['info'] });
  const source = fakeSource('a', { job: [native] });
  source.statuses.set('job', 'RUNNING');
  const federation = createFederation([source], { tail: { ...FAST, ...tail } });
  return { native, source, federation };
}

type Stand = ReturnType<typeof setUp>;

/** Follows until `until` returns true, or the stream ends. */
async function follow(
  { federation }: Stand,
  args: TailArguments,
  until: (batches: readonly Batch[], event: LogStreamEvent) => boolean = () => false,
): Promise<Batch[]> {
  const leaving = new AbortController();
  const batches: Batch[] = [];
  for await (const event of federation.tail(
    [{ source: 'a', key: 'job' }],
    args,
    createCall({ signal: leaving.signal }),
  )) {
    if (event.type === 'LogBatch') batches.push(event);
    if (until(batches, event)) break;
  }
  leaving.abort();
  return batches;
}

function linesOf(batches: readonly Batch[]): string[] {
  return batches.flatMap(({ edges }) => edges.map(({ node }) => node.tie));
}

function dropsOf(batches: readonly Batch[]) {
  return batches.flatMap(({ dropped }) => (dropped === null ? [] : [dropped]));
}

/** The lines between the cursors of a dropped range that the vendor still returns. */
async function between({ federation }: Stand, { firstCursor, lastCursor }: NonNullable<Batch['dropped']>) {
  const connection = federation.logs(
    [{ source: 'a', scope: { job: 'job' } }],
    { first: 100, after: firstCursor, before: lastCursor },
    createCall(),
  );
  return (await connection.nodes()).map(({ tie }) => tie);
}

const ids = (native: FakeNative) => native.expected().map(({ tie }) => tie);

describe('a subscriber of a log with lines that its vendor cannot return', () => {
  test('is told once where they are if they arrive while it follows', async () => {
    const stand = setUp([line(now - 9n * SECOND)]);
    const batches = await follow(stand, {}, (seen, event) => {
      if (event.type === 'LogStreamStatus' && event.state === 'LIVE') {
        stand.native.add([...crowd(now), line(now + 1_000_000n)]);
      }
      if (dropsOf(seen).length > 0 && linesOf(seen).length >= 11) stand.source.statuses.set('job', 'SUCCEEDED');
      return false;
    });
    const drops = dropsOf(batches);
    expect(drops).toHaveLength(1);
    expect(drops[0]?.count).toBeNull();
    expect(drops[0]?.reason).toMatch(/more entries share one instant/);
    const delivered = linesOf(batches);
    const around = await between(stand, drops[0]!);
    expect(around.filter((tie) => tie.startsWith('c'))).toEqual(delivered.filter((tie) => tie.startsWith('c')));
    expect(around).not.toContain(`l${now - 9n * SECOND}`);
    await stand.federation.close();
  });

  test('is told where they are if they are in the history that it reads', async () => {
    const old = now - 3_600n * SECOND;
    const lines = [line(old - 1n * SECOND), ...crowd(old), line(old + SECOND), line(now)];
    const stand = setUp(lines);
    const [first] = await federationEdges(stand);
    const batches = await follow(stand, { after: first! }, (seen) => linesOf(seen).includes(`l${now}`));
    const drops = dropsOf(batches);
    // The page that ends among them reports it, and so does the next one.
    expect(drops.length).toBeGreaterThan(0);
    expect(drops.length).toBeLessThanOrEqual(2);
    expect(linesOf(batches)).toContain(`l${old + SECOND}`);
    expect(new Set(linesOf(batches)).size).toBe(linesOf(batches).length);
    const around = await between(stand, drops[0]!);
    // The five from the beginning of the instant, and the first ones after the missing lines.
    expect(around).toEqual(expect.arrayContaining([4, 25].map((i) => `c${old}${String(i).padStart(3, '0')}`)));
    await stand.federation.close();
  });

  test('is told of those among the last lines that it begins with, and of no others', async () => {
    const lines = [...crowd(now - 20n * SECOND), line(now - 10n * SECOND), line(now - 9n * SECOND)];
    const stand = setUp(lines);
    const isLive = (_: readonly Batch[], event: LogStreamEvent) =>
      event.type === 'LogStreamStatus' && event.state === 'LIVE';
    expect(dropsOf(await follow(stand, { tail: 100 }, isLive)).length).toBeGreaterThan(0);
    expect(dropsOf(await follow(stand, { tail: 2 }, isLive))).toEqual([]);
    expect(dropsOf(await follow(stand, {}, isLive))).toEqual([]);
    await stand.federation.close();
  });

  test('is not told of any if there are none', async () => {
    const stand = setUp(Array.from({ length: 40 }, (_, i) => line(now - BigInt(40 - i) * SECOND)));
    const batches = await follow(stand, { tail: 100 }, (seen) => linesOf(seen).length === 40);
    expect(linesOf(batches)).toEqual(ids(stand.native));
    expect(dropsOf(batches)).toEqual([]);
    await stand.federation.close();
  });
});

describe('a subscriber whose position in the log no longer exists', () => {
  const LIVE = (_: readonly Batch[], event: LogStreamEvent) =>
    event.type === 'LogStreamStatus' && event.state === 'LIVE';

  test('is told when it resumes, and gets the remaining lines', async () => {
    const stand = setUp(Array.from({ length: 20 }, (_, i) => line(now - BigInt(40 - i) * SECOND)));
    let cursor = '';
    await follow(stand, { tail: 10 }, (_, event) => {
      ({ cursor } = event);
      return LIVE([], event);
    });
    // Its lines still exist: nothing is reported.
    expect(dropsOf(await follow(stand, { after: cursor }, LIVE))).toEqual([]);
    stand.native.add(Array.from({ length: 10 }, (_, i) => line(now - BigInt(15 - i) * SECOND)));
    expect(dropsOf(await follow(stand, { after: cursor }, LIVE))).toEqual([]);
    const left = Array.from({ length: 5 }, (_, i) => line(now - BigInt(5 - i) * SECOND));
    stand.source.jobs.set('job', [timeNative(left, { limit: 5, levels: ['info'] })]);
    const batches = await follow(stand, { after: cursor }, LIVE);
    expect(linesOf(batches)).toEqual(left.map(({ id }) => id));
    const [drop, ...others] = dropsOf(batches);
    expect(others).toEqual([]);
    expect(drop).toMatchObject({ count: null, reason: expect.stringContaining('no longer') as unknown });
    expect(drop?.lastCursor).toBe(batches.flatMap(({ edges }) => edges)[0]?.cursor);
    await stand.federation.close();
  });

  test('is told if it is so slow that neither its feed nor the source has that position any more', async () => {
    const stand = setUp([line(now - 60n * SECOND)], { keepLines: 10, overlapMilliseconds: 1_000 });
    const leaving = new AbortController();
    const stream = stand.federation.tail([{ source: 'a', key: 'job' }], {}, createCall({ signal: leaving.signal }));
    const events: LogStreamEvent[] = [];
    const next = async (): Promise<void> => {
      const { value } = await stream.next();
      if (value !== undefined) events.push(value);
    };
    await next();
    const first = Array.from({ length: 3 }, (_, i) => line(now - BigInt(50 - i) * SECOND));
    stand.native.add(first);
    while (linesOf(events.filter((event) => event.type === 'LogBatch')).length < 3) await next();
    // It reads nothing while many lines come, and all but the last are evicted.
    const many = Array.from({ length: 200 }, (_, i) => line(now - 40n * SECOND + BigInt(i) * 100_000_000n));
    for (let at = 0; at < many.length; at += 20) {
      stand.native.add(many.slice(at, at + 20));
      const calls = stand.native.calls();
      await waitFor('it was polled', () => stand.native.calls() > calls + 6);
    }
    const left = many.slice(-30);
    stand.source.jobs.set('job', [timeNative(left, { limit: 5, levels: ['info'] })]);
    const isBatch = (event: LogStreamEvent) => event.type === 'LogBatch';
    while (!linesOf(events.filter(isBatch)).includes(many.at(-1)!.id)) await next();
    const batches = events.filter(isBatch);
    const delivered = linesOf(batches);
    expect(new Set(delivered).size).toBe(delivered.length);
    expect(left.map(({ id }) => id).filter((id) => !delivered.includes(id))).toEqual([]);
    expect(dropsOf(batches).length).toBeGreaterThan(0);
    leaving.abort();
    await stream.return();
    await stand.federation.close();
  });

  test('is told where a source refuses to read on, and follows from the start of its feed', async () => {
    const lines = Array.from({ length: 120 }, (_, i) => line(now - BigInt(600 - i * 5) * SECOND));
    const stand = setUp(lines);
    const [first] = await federationEdges(stand);
    const { native } = stand;
    const refusing: FakeNative = {
      ...native,
      partition: () => {
        const partition = native.partition();
        return {
          ...partition,
          read: (request, call) => {
            if (request.direction === 'forward' && (request.from?.time ?? 0n) < now - 300n * SECOND) {
              throw new TributaryError('SOURCE_TRUNCATED', 'a: this is too far back.', { source: 'a' });
            }
            return partition.read(request, call);
          },
        };
      },
    };
    stand.source.jobs.set('job', [refusing]);
    const batches = await follow(stand, { after: first! }, LIVE);
    const [drop, ...others] = dropsOf(batches);
    expect(others).toEqual([]);
    expect(positionIn(drop?.firstCursor)).toEqual(positionIn(first));
    const delivered = linesOf(batches);
    expect(delivered).toEqual(lines.slice(-delivered.length).map(({ id }) => id));
    expect(delivered.length).toBeGreaterThan(3);
    // The dropped range, read from its other end.
    const around = await betweenFromTheEnd(stand, drop!);
    expect([...around, ...delivered]).toEqual(lines.slice(1).map(({ id }) => id));
    await stand.federation.close();
  });
});

/** What a cursor says, without its marks: hints differ by how a line was read. */
function positionIn(cursor: string | null | undefined): unknown {
  const payload = JSON.parse(Buffer.from(cursor!.slice(12), 'base64url').toString()) as unknown[];
  return payload.slice(0, -1);
}

async function betweenFromTheEnd({ federation }: Stand, { firstCursor, lastCursor }: NonNullable<Batch['dropped']>) {
  const connection = federation.logs(
    [{ source: 'a', scope: { job: 'job' } }],
    { last: 1_000, after: firstCursor, before: lastCursor },
    createCall(),
  );
  return (await connection.nodes()).map(({ tie }) => tie);
}

async function federationEdges({ federation }: Stand): Promise<string[]> {
  const connection = federation.logs([{ source: 'a', scope: { job: 'job' } }], { first: 1 }, createCall());
  return (await connection.edges()).map(({ cursor }) => cursor);
}
