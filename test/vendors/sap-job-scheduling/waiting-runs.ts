/** Runs that wait longer than any line may lie from its run, so that the list by invocation is another than that by scheduling. */
import fc from 'fast-check';
import type { SapOptions, SapRunInput } from '../../../src/sandbox/sap-job-scheduling/index.ts';
import { SECOND, START } from './harness.ts';

/** In seconds. */
export interface Waiting {
  readonly afterLast: number;
  readonly waits: number;
  readonly lasts: number;
}

const HOUR = 3_600;
/** How far lines may lie from their run, by default. */
export const SPAN = 80;

/** Runs of one kind come in a row, so that it may take long until the list shows by which time it is sorted. */
export const schedules: fc.Arbitrary<readonly Waiting[]> = fc
  .array(
    fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      afterLast: fc.constantFrom(0, 1, 5, 20, 120),
      waits: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constantFrom(0, 300, 1_000, 2 * HOUR)),
      lasts: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2 * HOUR })),
      odd: fc.oneof(fc.constant(0), fc.integer({ min: 2, max: 9 })),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((kinds) =>
    kinds.flatMap(({ count, afterLast, waits, lasts, odd }) =>
      Array.from({ length: count }, (_, index) => {
        const isOdd = odd > 0 && index % odd === odd - 1;
        return { afterLast, waits: isOdd ? (waits * 7 + 500) % (2 * HOUR) : waits, lasts };
      }),
    ),
  );

export function runsOf(
  schedule: readonly Waiting[],
  from: number,
): { readonly runs: SapRunInput[]; readonly end: number } {
  let [scheduled, end] = [from, from];
  const runs = schedule.map(({ afterLast, waits, lasts }) => {
    scheduled += afterLast;
    end = Math.max(end, scheduled + waits + lasts);
    return runOf(scheduled, waits, lasts);
  });
  return { runs, end };
}

/** Long before all others: by these the list shows what it is sorted by. */
export const overtaking: readonly SapRunInput[] = [
  runOf(-40_000, 7_200, 1),
  runOf(-39_000, 0, 1),
  runOf(-38_000, 0, 1),
];

function runOf(second: number, waits: number, lasts: number): SapRunInput {
  const scheduled = START + BigInt(second) * SECOND;
  const executed = scheduled + BigInt(waits) * SECOND;
  const completed = executed + BigInt(lasts) * SECOND;
  const events = [
    { time: scheduled, type: 'SCHEDULED' },
    { time: executed, type: 'TRIGGERED' },
    { time: completed, type: 'SUCCESS', text: 'posted' },
  ];
  return { state: 'SUCCESS', scheduled, executed, completed, events };
}

/** What the vendor shows of a run at that time; null: it is not scheduled yet. */
export function runAt(run: SapRunInput, now: bigint): SapRunInput | null {
  const { scheduled, executed = null, completed = null, events = [] } = run;
  if (scheduled > now) return null;
  const isInvoked = executed !== null && executed <= now;
  const isDone = completed !== null && completed <= now;
  return {
    scheduled,
    executed: isInvoked ? executed : null,
    completed: isDone ? completed : null,
    state: isDone ? 'SUCCESS' : isInvoked ? 'TRIGGERED' : 'SCHEDULED',
    events: events.filter(({ time }) => time <= now),
  };
}

/**
 * True if the two ends of the list show how it is sorted. They may not if one of their two times is the same: then runs
 * are assumed to come newest first, and the list does not decide which of two tied runs is the newer one.
 */
export function showsDirection({ order, sortedBy }: SapOptions, runs: readonly SapRunInput[]): boolean {
  if (order !== 'oldest-first') return true;
  const keyOf = ({ scheduled, executed }: SapRunInput): bigint =>
    sortedBy === 'scheduling' ? scheduled : (executed ?? 0n);
  const sorted = runs.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return true;
  const [firsts, lasts] = [first, last].map((end) => runs.filter((run) => keyOf(run) === keyOf(end)));
  return (firsts ?? []).every((one) =>
    (lasts ?? []).every((other) => (one.executed ?? 0n) < (other.executed ?? 0n) && one.scheduled < other.scheduled),
  );
}
