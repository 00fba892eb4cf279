import { describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Federation, LogStreamEvent, TailArguments } from '../../../src/federation/api.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import type { TailSettings } from '../../../src/federation/tail/settings.ts';
import { keysetNative, offsetNative } from '../../pagination/fake-natives.ts';
import type { FakeNative, RawLine } from '../../pagination/fake-natives.ts';
import { FAST, fakeSource } from '../fake-sources.ts';

const SECOND = 1_000_000_000n;
const HOUR = 3_600n * SECOND;

let counter = 0;

function lineAt(time: bigint): RawLine {
  counter += 1;
  return { time, id: `r${String(counter).padStart(9, '0')}`, text: 'l', level: 'info' };
}

/** Lines up to that time, at most a second apart. */
function linesUpTo(time: bigint, count: number, apart = SECOND): RawLine[] {
  return Array.from({ length: count }, (_, i) => lineAt(time - BigInt(count - 1 - i) * apart));
}

const nowNanoseconds = (): bigint => BigInt(Date.now()) * 1_000_000n;
const native = (lines: readonly RawLine[]): FakeNative =>
  keysetNative(lines, { limit: 20, cursors: true, newestFirst: true });

function setUp(natives: Record<string, FakeNative>, tail: Partial<TailSettings> = {}) {
  const source = fakeSource('a', Object.fromEntries(Object.entries(natives).map(([key, one]) => [key, [one]])));
  const jobs = Object.keys(natives).map((key) => ({ source: 'a', key }));
  for (const { key } of jobs) source.statuses.set(key, 'RUNNING');
  const replicas: Federation[] = [];
  const replica = (): Federation => {
    const made = createFederation([source], { tail: { ...FAST, ...tail } });
    replicas.push(made);
    return made;
  };
  const close = async () => {
    await Promise.all(replicas.map((one) => one.close()));
  };
  return { source, jobs, replica, close };
}

type Stand = ReturnType<typeof setUp>;
type Seen = { readonly ties: string[]; readonly repeats: string[]; cursor: string; live: boolean; states: string[] };

/** Follows on one replica until `until` returns true. */
async function follow(
  { jobs }: Stand,
  federation: Federation,
  args: TailArguments,
  until: (seen: Seen, event: LogStreamEvent) => boolean,
): Promise<Seen> {
  const leaving = new AbortController();
  const seen: Seen = { ties: [], repeats: [], cursor: '', live: false, states: [] };
  for await (const event of federation.tail(jobs, args, createCall({ signal: leaving.signal }))) {
    seen.cursor = event.cursor;
    if (event.type === 'LogStreamStatus') seen.states.push(event.state);
    seen.live ||= event.type === 'LogStreamStatus' && event.state === 'LIVE';
    if (event.type === 'LogBatch') {
      const ties = event.edges.map(({ node }) => node.tie);
      seen.ties.push(...ties);
      if (event.mayRepeat) seen.repeats.push(...ties);
    }
    if (until(seen, event)) break;
  }
  leaving.abort();
  return seen;
}

/**
 * Follows repeatedly, leaving after each of the first batches, until a visit reaches the live phase. `between` is
 * called after each batch.
 */
async function followInVisits(stand: Stand, begin: TailArguments, between: () => void) {
  const received: string[] = [];
  const repeats: string[] = [];
  let longest = 0;
  let args = begin;
  for (let visits = 0; ; visits += 1) {
    const seen = await follow(stand, stand.replica(), args, (it, event) => {
      return (event.type === 'LogBatch' && visits < 20) || it.live;
    });
    received.push(...seen.ties);
    repeats.push(...seen.repeats);
    longest = Math.max(longest, seen.cursor.length);
    const { filter } = begin;
    args = { after: seen.cursor, ...(filter === undefined ? {} : { filter }) };
    if (seen.live) return { received, repeats, longest };
    between();
  }
}

function lastTies(natives: readonly FakeNative[], count: number): string[] {
  return natives
    .flatMap((one) => one.expected())
    .sort((a, b) => (a.time < b.time ? -1 : 1))
    .slice(-count)
    .map(({ tie }) => tie);
}

const isLive = (seen: Seen): boolean => seen.live;
const expectedOf = (natives: readonly FakeNative[]): string[] =>
  natives.flatMap((one) => one.expected().map(({ tie }) => tie)).sort();

describe('the cursor of a tail', () => {
  test('loses nothing of a source that fails while history of several is read', async () => {
    const old = nowNanoseconds() - HOUR;
    const natives = { one: native([...linesUpTo(old, 60), lineAt(nowNanoseconds())]), two: native(linesUpTo(old, 60)) };
    natives.two.add([lineAt(nowNanoseconds())]);
    const stand = setUp(natives);
    const first = stand.replica().logs(
      stand.jobs.map(({ source, key }) => ({ source, scope: { job: key } })),
      { first: 1 },
      createCall(),
    );
    const [begin] = await first.edges();
    const received = [begin!.node.tie];
    let after = begin!.cursor;
    for (let visit = 0, live = false; !live; visit += 1) {
      // Each time, the second job fails as soon as history is read, and the subscriber leaves after a batch.
      const seen = await follow(stand, stand.replica(), { after }, (_, event) => {
        if (event.type === 'LogStreamStatus' && event.state === 'CATCHING_UP' && visit < 4) {
          stand.source.failures.set('two', 1_000);
        }
        return event.type === 'LogBatch' || (event.type === 'LogStreamStatus' && event.state === 'LIVE');
      });
      stand.source.failures.clear();
      received.push(...seen.ties);
      after = seen.cursor;
      ({ live } = seen);
    }
    expect(received.sort()).toEqual(expectedOf(Object.values(natives)));
    await stand.close();
  });

  test('does not repeat the past of a busy job because another job was silent for long', async () => {
    const now = nowNanoseconds();
    const natives = { busy: native(linesUpTo(now, 400)), silent: native(linesUpTo(now - HOUR, 400)) };
    const stand = setUp(natives);
    for (const args of [{}, { tail: 30 }]) {
      const before = await follow(stand, stand.replica(), args, isLive);
      const again = await follow(stand, stand.replica(), { after: before.cursor }, isLive);
      expect(again.ties).toEqual([]);
      expect(again.repeats).toEqual([]);
      const line = lineAt(nowNanoseconds());
      natives.silent.add([line]);
      const after = await follow(stand, stand.replica(), { after: again.cursor }, (seen) => seen.ties.length > 0);
      expect(after.ties).toEqual([line.id]);
    }
    await stand.close();
  });

  test('continues within the last lines if the subscriber left among them', async () => {
    const natives = { one: native(linesUpTo(nowNanoseconds(), 400)), two: native(linesUpTo(nowNanoseconds(), 100)) };
    const stand = setUp(natives, { cursorLines: 500 });
    const { received, repeats } = await followInVisits(stand, { tail: 150 }, () => undefined);
    expect(repeats).toEqual([]);
    expect([...received].sort()).toEqual(lastTies(Object.values(natives), 150).sort());
    await stand.close();
  });

  test('reports that lines may repeat if there are more than it can name, and loses none', async () => {
    const natives = { one: native(linesUpTo(nowNanoseconds(), 400)), two: native(linesUpTo(nowNanoseconds(), 100)) };
    const stand = setUp(natives, { cursorLines: 5 });
    const { received, repeats } = await followInVisits(stand, { tail: 150 }, () => undefined);
    expect([...new Set(received)].sort()).toEqual(lastTies(Object.values(natives), 150).sort());
    // Lines that came more than once came in a batch with `mayRepeat`.
    const again = received.filter((tie, index) => received.indexOf(tie) < index);
    expect(again.filter((tie) => !repeats.includes(tie))).toEqual([]);
    await stand.close();
  });

  test.each([{}, { filter: { contains: 'l' } }, { filter: { notContains: ['odd'] } }])(
    'names a thousand lines that were delivered, on any replica (%o)',
    async (filter) => {
      const now = nowNanoseconds();
      const lines = linesUpTo(now, 700, 5_000_000n).map((line, i) => (i % 2 === 1 ? { ...line, text: 'odd l' } : line));
      const one = offsetNative(lines, { limit: 1_000, timeFilter: true, total: true, tieOrdered: true });
      const stand = setUp({ one }, { batchSize: 250 });
      const isWanted = (text: string): boolean => filter.filter?.notContains === undefined || !text.includes('odd');
      let owed = lines.filter(({ text }) => isWanted(text)).slice(-600);
      let visits = 0;
      const { received, repeats, longest } = await followInVisits(stand, { tail: 600, ...filter }, () => {
        visits += 1;
        if (visits > 10) return;
        // Late lines, far before the last one, and new ones.
        const more = [
          ...linesUpTo(nowNanoseconds() - 4n * SECOND, 5, 300_000_000n),
          ...linesUpTo(nowNanoseconds(), 20, 1n),
        ];
        one.add(more);
        owed = [...owed, ...more];
      });
      expect(repeats).toEqual([]);
      expect([...received].sort()).toEqual(owed.map(({ id }) => id).sort());
      expect(longest).toBeLessThan(12_000);
      await stand.close();
    },
  );
});
