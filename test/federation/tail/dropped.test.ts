import { describe, expect, it } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogStreamEvent, TailArguments } from '../../../src/federation/api.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { TailSettings } from '../../../src/federation/tail/settings.ts';
import { timeNative } from '../../pagination/fake-natives.ts';
import type { FakeNative, RawLine } from '../../pagination/fake-natives.ts';
import { fakeSource } from '../fake-sources.ts';

const FAST: Partial<TailSettings> = {
  intervalMilliseconds: 2,
  maxIntervalMilliseconds: 8,
  refreshMilliseconds: 1,
  reorderMilliseconds: 0,
  drainMilliseconds: [4],
  batchSize: 10,
};
const SECOND = 1_000_000_000n;
const now = BigInt(Date.now()) * 1_000_000n;
const line = (time: bigint): RawLine => ({ time, id: `l${time}`, text: 'l', level: 'info' });

/** More lines in one instant than the vendor lets anybody reach: five from either end. */
function crowd(time: bigint): RawLine[] {
  return Array.from({ length: 30 }, (_, i) => ({
    ...line(time),
    id: `c${time}${String(i).padStart(3, '0')}`,
  }));
}

type Batch = Extract<LogStreamEvent, { type: 'LogBatch' }>;

function setUp(lines: readonly RawLine[]) {
  const native = timeNative(lines, { limit: 5, levels: ['info'] });
  const source = fakeSource('a', { job: [native] });
  source.statuses.set('job', 'RUNNING');
  const federation = createFederation([source], { tail: FAST });
  return { native, source, federation };
}

type Stand = ReturnType<typeof setUp>;

/** Follows until `until` says so, or the stream ends. */
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

/** The lines that lie between the cursors of what was dropped, as far as the vendor gives them. */
async function between({ federation }: Stand, { firstCursor, lastCursor }: NonNullable<Batch['dropped']>) {
  const connection = federation.logs(
    [{ source: 'a', scope: { job: 'job' } }],
    { first: 100, after: firstCursor, before: lastCursor },
    createCall(),
  );
  return (await connection.nodes()).map(({ tie }) => tie);
}

const ids = (native: FakeNative) => native.expected().map(({ tie }) => tie);

describe('a subscriber of a log with lines that are out of the reach of its vendor', () => {
  it('is told where they lie when they come while it follows, once', async () => {
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

  it('is told where they lie when they are in the history that it catches up with', async () => {
    const old = now - 3_600n * SECOND;
    const lines = [line(old - 1n * SECOND), ...crowd(old), line(old + SECOND), line(now)];
    const stand = setUp(lines);
    const [first] = await federationEdges(stand);
    const batches = await follow(stand, { after: first! }, (seen) => linesOf(seen).includes(`l${now}`));
    const drops = dropsOf(batches);
    // A page that ends among them says so, and the next one.
    expect(drops.length).toBeGreaterThan(0);
    expect(drops.length).toBeLessThanOrEqual(2);
    expect(linesOf(batches)).toContain(`l${old + SECOND}`);
    expect(new Set(linesOf(batches)).size).toBe(linesOf(batches).length);
    const around = await between(stand, drops[0]!);
    // The five from the beginning of the instant, and the first ones behind what is missing.
    expect(around).toEqual(expect.arrayContaining([4, 25].map((i) => `c${old}${String(i).padStart(3, '0')}`)));
    await stand.federation.close();
  });

  it('is told of those among the last lines that it begins with, and of none that it is not owed', async () => {
    const lines = [...crowd(now - 20n * SECOND), line(now - 10n * SECOND), line(now - 9n * SECOND)];
    const stand = setUp(lines);
    const isLive = (_: readonly Batch[], event: LogStreamEvent) =>
      event.type === 'LogStreamStatus' && event.state === 'LIVE';
    expect(dropsOf(await follow(stand, { tail: 100 }, isLive)).length).toBeGreaterThan(0);
    expect(dropsOf(await follow(stand, { tail: 2 }, isLive))).toEqual([]);
    expect(dropsOf(await follow(stand, {}, isLive))).toEqual([]);
    await stand.federation.close();
  });

  it('is not told of any when there are none', async () => {
    const stand = setUp(Array.from({ length: 40 }, (_, i) => line(now - BigInt(40 - i) * SECOND)));
    const batches = await follow(stand, { tail: 100 }, (seen) => linesOf(seen).length === 40);
    expect(linesOf(batches)).toEqual(ids(stand.native));
    expect(dropsOf(batches)).toEqual([]);
    await stand.federation.close();
  });
});

async function federationEdges({ federation }: Stand): Promise<string[]> {
  const connection = federation.logs([{ source: 'a', scope: { job: 'job' } }], { first: 1 }, createCall());
  return (await connection.edges()).map(({ cursor }) => cursor);
}
