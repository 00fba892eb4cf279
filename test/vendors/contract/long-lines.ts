import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { LogArguments, LogNode } from '../../../src/federation/api.ts';
import type { Bed, Expected, Instance, Line } from './bed.ts';
import { onReplica, serveBed } from './served-bed.ts';
import type { Replica, ServedBed } from './served-bed.ts';

/** What an answer may have here. */
const LIMIT = 64 * 1024;

/** A line that does not fit by itself is shown at least to this length. */
const SHOWN = 2 * 1024;

/** A connector that never requests fewer rows than this cuts lines that only do not fit together. */
const LEAST_ROWS: Readonly<Record<string, number>> = { deepset: 4, rest: 4 };
const CUT_PART = 16;

/** How many native calls a page of a client may cost, where nothing is known of the log yet: for each of its lines, and beside that. */
const CALLS_PER_LINE = 12;
const CALLS_BESIDE = 60;

interface LongLog {
  readonly create: () => Instance;
  readonly lines: readonly Line[];
}

function longLogArbitrary(bed: Bed): fc.Arbitrary<LongLog> {
  const length = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 200 }) },
    { weight: 4, arbitrary: fc.integer({ min: 2_000, max: 50_000 }) },
    // Larger than an answer may be, by itself.
    { weight: 1, arbitrary: fc.integer({ min: LIMIT + 1, max: 4 * LIMIT }) },
  );
  const line = fc.record({ length, step: fc.nat({ max: 3 }), task: fc.nat({ max: 2 }), gap: fc.nat({ max: 2 }) });
  return fc.record({
    create: bed.dialects.filter((create) => create().cutsWhole !== true),
    lines: fc.array(line, { minLength: 1, maxLength: 40 }).map((drawn) => {
      let slot = 0;
      return drawn.map(({ length: size, step, task, gap }, index): Line => {
        // At most two lines share an instant.
        slot += index % 2 === 0 ? gap + 1 : gap;
        const head = `line ${index} of ${size} `;
        return { slot, fine: 0n, text: head.padEnd(size, 'x'), severity: 'info', step, task };
      });
    }),
  });
}

/** A page of the log is too large an answer because its lines are long: fewer lines are requested at once. */
export function longLinesHideNothing(bed: Bed): void {
  describe(`${bed.definition.vendor}, where lines are long`, () => {
    const mostWhole = LEAST_ROWS[bed.definition.vendor] === undefined ? LIMIT : LIMIT / CUT_PART;
    let served: ServedBed;
    beforeAll(async () => {
      served = await serveBed(bed, { maxResponseBytes: LIMIT });
    });
    afterAll(() => served.close());

    test.each(['forward', 'backward'])(
      'gives each line once, and reports which do not fit into an answer by themselves, %s',
      async (way) => {
        const property = fc.asyncProperty(
          longLogArbitrary(bed),
          fc.integer({ min: 1, max: 50 }),
          fc.boolean(),
          async ({ create, lines }, size, restarts) => {
            const instance = create();
            served.use(instance);
            const key = instance.createJob();
            const written = instance.write(key, lines);
            const { nodes, reasons } = await walk(served, key, { size, back: way === 'backward', restarts });
            expect(nodes.map(beginning).sort()).toEqual(written.map(beginning).sort());
            expect(nodes.every(({ time }, index) => time >= (nodes[index - 1]?.time ?? time))).toBe(true);
            expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
            const whole = new Set(written.map(({ message }) => message));
            const cut = nodes.filter(({ message }) => !whole.has(message));
            for (const { message } of cut) expect(Number(/ of (\d+)/.exec(message)?.[1])).toBeGreaterThan(mostWhole);
            if (cut.length === 0) expect(reasons).toEqual([]);
            else expect(reasons.join()).toMatch(/: \d+ rows? (is|are) cut: .*maxResponseBytes/);
            expect(reasons.join()).not.toContain('could not be read');
          },
        );
        await fc.assert(property, { numRuns: 12 });
      },
    );
  });
}

/** The length that a line has at least, even if it is cut. */
function beginning({ time, message }: Pick<Expected, 'time' | 'message'>): string {
  return `${time} ${message.slice(0, SHOWN)}`;
}

interface Way {
  readonly size: number;
  readonly back: boolean;
  /** True: each page is read by a replica that has just started, and does not know how many lines fit. */
  readonly restarts: boolean;
}

type OnPage = (ask: (replica: Pick<Replica, 'federation'>, call: Call) => Promise<boolean>) => Promise<boolean>;

function walk(served: ServedBed, key: string, way: Way): Promise<Walked> {
  if (way.restarts) return walkOn(served, key, way, (ask) => onReplica([served], ask));
  return onReplica([served], (replica) => walkOn(served, key, way, (ask) => ask(replica, createCall())));
}

interface Walked {
  readonly nodes: readonly LogNode[];
  readonly reasons: readonly string[];
}

/** The whole log in ascending order, page by page. */
async function walkOn(served: ServedBed, key: string, { size, back }: Way, onPage: OnPage): Promise<Walked> {
  const scopes = [{ source: served.source, scope: { job: key } }];
  const nodes: LogNode[] = [];
  const reasons: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 200; page += 1) {
    served.server.resetCalls();
    const args: LogArguments = back ? { last: size, before: cursor } : { first: size, after: cursor };
    const more = await onPage(async ({ federation }, call) => {
      const connection = federation.logs(scopes, { ...args, listFailures: true }, call);
      const some = await connection.nodes();
      if (back) nodes.unshift(...some);
      else nodes.push(...some);
      const failures = await connection.failures();
      expect(failures.filter(({ isPartial }) => isPartial !== true)).toEqual([]);
      reasons.push(...failures.map(({ message }) => message));
      const info = await connection.pageInfo();
      cursor = (back ? info.startCursor : info.endCursor) ?? cursor;
      return back ? info.hasPreviousPage : info.hasNextPage;
    });
    expect(served.server.calls.length).toBeLessThanOrEqual(CALLS_BESIDE + CALLS_PER_LINE * size);
    if (!more) return { nodes, reasons };
  }
  throw new Error('The walk does not end.');
}
