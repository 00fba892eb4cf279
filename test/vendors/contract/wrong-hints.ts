import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { LogNode } from '../../../src/federation/api.ts';
import type { Doubts } from '../../../src/sandbox/doubts.ts';
import type { Bed, Instance, Line } from './bed.ts';
import { onReplica, serveBed } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';

/**
 * What a vendor may get wrong, by name. `readable`: nothing is out of reach, so reporting that something is missing is
 * not enough.
 */
interface Lie {
  readonly name: string;
  readonly readable: boolean;
  readonly doubts: (nativePage: number) => Partial<Doubts>;
}

const LIES: readonly Lie[] = [
  ...(['null', 'zero', 'too-low', 'too-high', 'shrinking', 'of-page'] as const).map((total) => ({
    name: `total ${total}`,
    readable: true,
    doubts: () => ({ total }),
  })),
  { name: 'pages capped silently', readable: true, doubts: (page) => ({ rowsPerPage: Math.ceil(page * 0.4) }) },
  {
    name: 'pages capped silently, no total',
    readable: true,
    doubts: (page) => ({ rowsPerPage: Math.ceil(page * 0.4), total: 'null' }),
  },
  {
    name: 'pages capped silently, says more on no page',
    readable: false,
    doubts: (page) => ({ rowsPerPage: Math.ceil(page * 0.4), more: 'never' }),
  },
  { name: 'says more on every page', readable: true, doubts: () => ({ more: 'always' }) },
  { name: 'says more on every page, no total', readable: true, doubts: () => ({ more: 'always', total: 'null' }) },
  { name: 'says more on no page', readable: false, doubts: () => ({ more: 'never' }) },
  { name: 'does not say whether there is more', readable: false, doubts: () => ({ more: 'missing' }) },
  { name: 'the same page again', readable: false, doubts: () => ({ ignoresPlace: true }) },
  { name: 'the same page again, no total', readable: false, doubts: () => ({ ignoresPlace: true, total: 'null' }) },
];

const TOTALS = ['null', 'zero', 'too-low', 'shrinking', 'of-page'] as const;
const FLAGS = ['never', 'missing'] as const;

/** A round length: vendors that cap their pages usually choose one. */
const capBelow = (page: number): number => (page > 50 ? 50 : 10);

/** Two hints are wrong at once, and some pairs agree. What is out of reach has to be reported. */
const PAIRS: readonly Lie[] = [
  ...TOTALS.map((total) => ({
    name: `total ${total}, pages capped silently`,
    doubts: (page: number) => ({ total, rowsPerPage: capBelow(page) }),
  })),
  ...FLAGS.map((more) => ({
    name: `says more: ${more}, pages capped silently`,
    doubts: (page: number) => ({ more, rowsPerPage: capBelow(page) }),
  })),
  ...FLAGS.flatMap((more) =>
    TOTALS.map((total) => ({ name: `says more: ${more}, total ${total}`, doubts: () => ({ more, total }) })),
  ),
  ...TOTALS.map((total) => ({
    name: `the same page again, total ${total}`,
    doubts: () => ({ ignoresPlace: true, total }),
  })),
  ...FLAGS.map((more) => ({
    name: `the same page again, says more: ${more}`,
    doubts: () => ({ ignoresPlace: true, more }),
  })),
  ...[capBelow, (page: number) => Math.ceil(page * 0.4)].map((cap) => ({
    name: `the same page again, capped silently to ${cap(25)} of 25, no total`,
    doubts: (page: number) => ({ ignoresPlace: true, total: 'null' as const, rowsPerPage: cap(page) }),
  })),
].map((pair) => ({ ...pair, readable: false }));

/** How many native calls a page of a client may cost here, where honest vendors need one or two. */
const CALLS_PER_PAGE = 35;

/**
 * Counts, flags and sizes of pages are hints: however wrong they are, each line and each job comes once, or what is
 * missing is reported, in a bounded number of calls.
 */
export function hintsMayBeWrong(bed: Bed): void {
  describe(`${bed.definition.vendor}, where hints may be wrong`, () => {
    let served: ServedBed;
    beforeAll(async () => {
      served = await serveBed(bed);
    });
    afterAll(() => served.close());

    const cases = Object.entries(bed.doubtful)
      .flatMap(([variant, create]) => [
        ...LIES.map((lie) => ({ name: `${variant} ${lie.name}`.trim(), lie, create, pageSize: 10 })),
        // Such a page holds more rows than a round length.
        ...PAIRS.map((lie) => ({ name: `${variant} ${lie.name}`.trim(), lie, create, pageSize: 25 })),
      ])
      .flatMap((one) => [false, true].map((back) => ({ ...one, way: back ? 'backward' : 'forward', back })));

    test.each(cases)(
      'gives each line once or reports what is missing: $name, $way',
      async ({ lie, create, pageSize, back }) => {
        // Where the size can't be chosen, it is that of the vendor.
        const page = Math.max(pageSize, bed.doubtfulPage ?? pageSize);
        const { walk, expected } = setUp(served, create(lie.doubts(page), pageSize), page);
        const { nodes, isReported } = await walk(back);
        const messages = nodes.map(({ message }) => message);
        expect(new Set(nodes.map(({ id }) => id)).size, 'no line twice').toBe(nodes.length);
        const all = back ? expected.toReversed() : expected;
        if (lie.readable || !isReported) expect(messages).toEqual(all);
        // The rows that come are in order.
        expect(messages).toEqual(all.filter((message) => messages.includes(message)));
        // A read that goes on over several pages knows what they have shown, but no cursor.
        const whole = await walk(back, { size: 2 * all.length });
        if (lie.readable || !whole.isReported) expect(whole.nodes.map(({ message }) => message)).toEqual(all);
      },
    );

    const unknown = Object.entries(bed.unknown).flatMap(([name, create]) =>
      [false, true].map((back) => ({ name, create, way: back ? 'backward' : 'forward', back })),
    );

    test.each(unknown)(
      'gives each line once or reports what is missing, with $name, $way',
      async ({ create, back }) => {
        const { walk, expected } = setUp(served, create(), bed.doubtfulPage ?? 10);
        const { nodes, isReported } = await walk(back);
        const messages = nodes.map(({ message }) => message);
        const all = back ? expected.toReversed() : expected;
        expect(new Set(nodes.map(({ id }) => id)).size, 'no line twice').toBe(nodes.length);
        if (!isReported) expect(messages).toEqual(all);
        expect(messages).toEqual(all.filter((message) => messages.includes(message)));
      },
    );

    const onePage = Object.entries(bed.doubtful).flatMap(([variant, create]) =>
      (['honest', 'null'] as const).flatMap((total) =>
        [false, true].map((back) => ({
          name: `one page for all places (${variant}, total ${total})`,
          create: () => create({ ignoresPlace: true, total }),
          way: back ? 'backward' : 'forward',
          back,
          together: (bed.doubtfulPage ?? 10) + 2,
          // Its first page is of one instant.
          first: (bed.doubtfulPage ?? 10) + 2,
        })),
      ),
    );
    const crowded = [
      ...unknown.flatMap((one) =>
        [4, bed.crowd].map((together) => ({ ...one, together, first: Math.ceil(together / 2) })),
      ),
      ...onePage,
    ];

    test.each(crowded)(
      'gives each of $together lines of one instant once or reports what is missing, with $name, $way',
      async ({ create, back, together, first }) => {
        const { walk, expected } = setUp(served, create(), bed.doubtfulPage ?? 10, together, first);
        const { nodes, isReported } = await walk(back);
        const messages = nodes.map(({ message }) => message);
        expect(new Set(messages).size, 'no line twice').toBe(messages.length);
        if (!isReported) expect(messages.toSorted()).toEqual(expected.toSorted());
        expect(expected).toEqual(expect.arrayContaining(messages));
      },
    );

    test.each([false, true])('goes on where its retention has taken lines meanwhile (backward: %s)', async (back) => {
      const instance = Object.values(bed.unknown)[0]?.();
      if (instance?.forget === undefined) return;
      const { walk, expected, timeOf } = setUp(served, instance, bed.doubtfulPage ?? 10);
      const gone = Math.floor(expected.length / 2);
      const { nodes, isReported } = await walk(back, {
        meanwhile: () => {
          instance.forget?.(timeOf(gone));
        },
      });
      expect(isReported).toBe(false);
      const read = back ? expected.slice(gone).toReversed() : [...expected.slice(0, 9), ...expected.slice(gone)];
      expect(nodes.map(({ message }) => message)).toEqual(read);
    });

    test.each(cases)('gives each job once or reports what is missing: $name, $way', async ({ lie, create, back }) => {
      const keys = await setUpJobs(served, (size) => create(lie.doubts(size)));
      const { found, isReported } = await listJobs(served, back);
      expect(new Set(found).size, 'no job twice').toBe(found.length);
      expect(keys).toEqual(expect.arrayContaining(found));
      if (!isReported) expect(found.length, 'a loss without a report').toBe(keys.length);
    });
  });
}

interface Walked {
  readonly nodes: readonly LogNode[];
  readonly isReported: boolean;
}

interface WalkOptions {
  /** Happens behind the first page. */
  readonly meanwhile?: () => void;
  /** How many lines each page asks for. Left out: less than a native page, and all of one, in turn. */
  readonly size?: number;
}

/** A job with lines for somewhat more than two native pages, and for two instants: so many in the `first`, and `together` in each other. */
export function setUp(
  served: ServedBed,
  instance: Instance,
  nativePage: number,
  together = 1,
  first = together,
  count = Math.max(Math.floor(nativePage * 2.6), Math.floor(together * 2.2)),
  callsPerPage = CALLS_PER_PAGE,
) {
  served.use(instance);
  const key = instance.createJob();
  const lines = Array.from({ length: count }, (_, index): Line => ({
    slot: Math.floor((index + together - first) / together),
    fine: 0n,
    text: `line ${index}`,
    severity: 'info',
    step: 0,
    task: 0,
  }));
  // An instant may be longer than a native page, and is read to its end.
  const most = callsPerPage + together - 1;
  // A reader that never stops is stopped.
  served.beforeLogs(() => {
    if (served.server.calls.length > most) throw new Error('asked too often');
  });
  const written = instance.write(key, lines);
  const expected = written.map(({ message }) => message);
  const scopes = [{ source: served.source, scope: { job: key } }];
  const walk = async (back: boolean, { meanwhile, size: wanted }: WalkOptions = {}): Promise<Walked> => {
    const nodes: LogNode[] = [];
    let cursor: string | null = null;
    let isReported = false;
    for (let page = 0; page < count; page += 1) {
      served.server.resetCalls();
      // Less than a native page, and all of one: what comes behind it depends on where a page ends.
      const size = wanted ?? (page % 2 === 0 ? 9 : nativePage);
      const args = back ? { last: size, before: cursor } : { first: size, after: cursor };
      try {
        const { some, failures, info } = await onReplica([served], async ({ federation }, call) => {
          const connection = federation.logs(scopes, args, call);
          return {
            some: await connection.nodes(),
            failures: await connection.failures(),
            info: await connection.pageInfo(),
          };
        });
        nodes.push(...(back ? some.toReversed() : some));
        isReported ||= failures.length > 0;
        if (page === 0) meanwhile?.();
        if (!(back ? info.hasPreviousPage : info.hasNextPage)) return { nodes, isReported };
        cursor = (back ? info.startCursor : info.endCursor) ?? cursor;
      } catch (error) {
        if (!(error instanceof TributaryError) || !error.code.startsWith('SOURCE_')) throw error;
        return { nodes, isReported: true };
      } finally {
        expect(served.server.calls.length).toBeLessThanOrEqual(most);
      }
    }
    throw new Error('The walk does not end.');
  };
  return { walk, expected, timeOf: (index: number) => written[index]?.time ?? 0n };
}

/** Somewhat more jobs than two native pages hold (or `pages`), made by an instance that is given the size of one. */
export async function setUpJobs(served: ServedBed, create: (size: number) => Instance, pages = 2.4): Promise<string[]> {
  served.use(create(1));
  const [list] = await onReplica([served], (replica) => Promise.resolve(replica.connector(served.source).jobLists));
  const size = list?.pageSize ?? 0;
  expect(size).toBeGreaterThan(1);
  const instance = create(size);
  served.use(instance);
  return Array.from({ length: Math.floor(size * pages) }, () => instance.createJob());
}

export async function listJobs(
  served: ServedBed,
  back: boolean,
  callsPerPage = CALLS_PER_PAGE,
): Promise<{ found: string[]; isReported: boolean }> {
  const found: string[] = [];
  let cursor: string | null = null;
  let isReported = false;
  served.beforeCalls(() => {
    if (served.server.calls.length > callsPerPage) throw new Error('asked too often');
  });
  for (let page = 0; page < 50; page += 1) {
    served.server.resetCalls();
    const args = back ? { last: 50, before: cursor } : { first: 50, after: cursor };
    try {
      const { keys, failures, info } = await onReplica([served], async ({ federation }, call) => {
        const connection = federation.jobs(args, call);
        return {
          keys: (await connection.nodes()).map(({ key }) => key),
          failures: await connection.failures(),
          info: await connection.pageInfo(),
        };
      });
      found.push(...keys);
      isReported ||= failures.length > 0;
      if (!(back ? info.hasPreviousPage : info.hasNextPage)) return { found, isReported };
      cursor = (back ? info.startCursor : info.endCursor) ?? cursor;
    } catch (error) {
      if (!(error instanceof TributaryError) || !error.code.startsWith('SOURCE_')) throw error;
      return { found, isReported: true };
    } finally {
      expect(served.server.calls.length).toBeLessThanOrEqual(callsPerPage);
    }
  }
  throw new Error('The list does not end.');
}
