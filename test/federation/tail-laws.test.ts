import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { Federation, LogNode, TailArguments } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { TailSettings } from '../../src/federation/tail/settings.ts';
import { keysetNative, offsetNative, timeNative, tokenNative, wholeNative } from '../pagination/fake-natives.ts';
import type { FakeNative, RawLine } from '../pagination/fake-natives.ts';
import { FAST, fakeSource } from './fake-sources.ts';
import type { FakeSource } from './fake-sources.ts';

const RUNS = process.env['DEEP'] === '1' ? 1_000 : 60;
const LEVELS = ['debug', 'info'];
const TAIL: Partial<TailSettings> = { ...FAST, drainMilliseconds: [4, 8, 16] };

let counter = 0;

interface Shape {
  readonly age: number;
  readonly text: string;
  readonly level: string;
}

/** A line up to a second older than the moment it is written: it may arrive after newer ones. */
const shapeArbitrary: fc.Arbitrary<Shape> = fc.record({
  age: fc.integer({ min: 0, max: 1000 }),
  text: fc.constantFrom('loading', 'step', 'done'),
  level: fc.constantFrom(...LEVELS),
});

function write(shapes: readonly Shape[]): RawLine[] {
  return shapes.map(({ age, text, level }) => {
    counter += 1;
    return { time: BigInt(Date.now() - age) * 1_000_000n, id: `r${String(counter).padStart(9, '0')}`, text, level };
  });
}

const makers: readonly ((lines: readonly RawLine[]) => FakeNative)[] = [
  (lines) => tokenNative(lines, { limit: 7, addressable: true }),
  (lines) => offsetNative(lines, { limit: 6, timeFilter: true, total: true, tieOrdered: true }),
  (lines) => keysetNative(lines, { limit: 6, cursors: true, newestFirst: true }),
  (lines) => timeNative(lines, { limit: 30, levels: LEVELS }),
  (lines) => timeNative(lines, { limit: 30, levels: LEVELS, step: 1_000_000n }),
  (lines) => wholeNative(lines),
];

const keyOf = (node: Pick<LogNode, 'source' | 'jobKey' | 'time' | 'tie'>): string =>
  `${node.source}/${node.jobKey}/${node.time}/${node.tie}`;

interface Job {
  readonly key: string;
  readonly native: FakeNative;
}

function everything(source: FakeSource, jobs: readonly Job[]): string[] {
  return jobs.flatMap(({ key, native }) =>
    native.expected().map((line) => keyOf({ ...line, source: source.name, jobKey: key })),
  );
}

/** Follows to the end, leaving and resuming (on another replica) after the numbers of events in `leaves`. */
async function followToEnd(
  federations: () => Federation,
  jobs: readonly Job[],
  first: TailArguments,
  leaves: readonly number[],
) {
  const delivered: string[] = [];
  const late: string[] = [];
  const pending = [...leaves];
  let args = first;
  const repeats: string[] = [];
  for (let visit = 0; visit < 500; visit += 1) {
    const federation = federations();
    const leaving = new AbortController();
    const stream = federation.tail(
      jobs.map(({ key }) => ({ source: 'a', key })),
      args,
      createCall({ signal: leaving.signal }),
    );
    let left = pending.shift() ?? Infinity;
    for await (const event of stream) {
      if (event.type === 'LogBatch') {
        for (const edge of event.mayRepeat ? event.edges : []) repeats.push(keyOf(edge.node));
        for (const edge of event.edges) {
          delivered.push(keyOf(edge.node));
          if (edge.late) late.push(keyOf(edge.node));
        }
      }
      if (event.type === 'LogStreamEnd') {
        await federation.close();
        return { delivered, late, repeats, reason: event.reason };
      }
      args = { after: event.cursor, filter: first.filter };
      left -= 1;
      if (left <= 0) break;
    }
    leaving.abort();
    await federation.close();
  }
  throw new Error('The stream did not end.');
}

describe('a tail', () => {
  test('delivers every line once, for any order of arrival and any number of resumes on another replica', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ maker: fc.constantFrom(...makers), lines: fc.array(shapeArbitrary, { maxLength: 40 }) }), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.array(
          fc.record({
            job: fc.nat({ max: 2 }),
            lines: fc.array(shapeArbitrary, { maxLength: 25 }),
            wait: fc.integer({ min: 0, max: 6 }),
          }),
          { maxLength: 12 },
        ),
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 8 }),
        fc.array(fc.record({ job: fc.nat({ max: 2 }), times: fc.integer({ min: 1, max: 2 }) }), { maxLength: 3 }),
        // Cursors that name all lines, some, or none.
        fc.constantFrom(2_000, 20, 0),
        async (made, arrivals, leaves, faults, cursorLines) => {
          const jobs = made.map(({ maker, lines }, index) => ({ key: `job${index}`, native: maker(write(lines)) }));
          const source = fakeSource('a', Object.fromEntries(jobs.map(({ key, native }) => [key, [native]])));
          for (const { key } of jobs) source.statuses.set(key, 'RUNNING');
          const federations = (): Federation => createFederation([source], { tail: { ...TAIL, cursorLines } });
          const following = followToEnd(federations, jobs, { tail: 1000 }, leaves);
          for (const [i, { job, lines, wait }] of arrivals.entries()) {
            await pause(wait);
            const fault = faults[i];
            if (fault !== undefined) source.failures.set(`job${fault.job % jobs.length}`, fault.times);
            jobs[job % jobs.length]!.native.add(write(lines));
          }
          source.failures.clear();
          for (const { key } of jobs) source.statuses.set(key, 'SUCCEEDED');
          const { delivered, repeats, reason } = await Promise.race([
            following,
            // Ends what hangs: even a very slow machine is quicker.
            pause(90_000, undefined, { ref: false }).then(() => {
              throw new Error(
                `It hangs: ${JSON.stringify({ jobs: jobs.map(({ native }) => [native.name, native.expected().length]), leaves, faults })}`,
              );
            }),
          ]);
          expect(reason).toBe('JOB_FINISHED');
          // Repeats are reported; without them, no line is delivered twice.
          if (cursorLines === 2_000) expect(repeats).toEqual([]);
          const once = [...new Set(delivered)];
          expect(once.sort()).toEqual(everything(source, jobs).sort());
          const said = new Set(repeats);
          const twice = delivered.filter((key, i) => delivered.indexOf(key) !== i);
          expect(twice.filter((key) => !said.has(key))).toEqual([]);
        },
      ),
      // A shrunk run differs from the original: the times of its events matter.
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
