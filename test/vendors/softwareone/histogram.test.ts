import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import { formatInstant } from '../../../src/domain/time.ts';
import type { HistogramArguments, LineFilter, LogHistogram } from '../../../src/federation/api.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import { DEFAULT_SETTINGS } from '../../../src/sandbox/softwareone/settings.ts';
import type { SoftwareOneSettings } from '../../../src/sandbox/softwareone/settings.ts';
import { compared, keptBy } from '../../support/counted-lines.ts';
import type { CountedLine } from '../../support/counted-lines.ts';
import { MILLISECOND, START, startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

/** A histogram reads at most 20 pages of this size, so 400 lines. */
const SMALL_PAGE = 20;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.simulation.configure(DEFAULT_SETTINGS);
});

const WORDS = { DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error', FATAL: 'fatal' } as const;
const SEVERITIES = Object.keys(WORDS) as (keyof typeof WORDS)[];

function write(lines: readonly CountedLine[]): string {
  const job = harness.simulation.createJob();
  harness.simulation.generate(job, lines.length, (index) => {
    const { time, severity } = lines[index]!;
    return { time, message: 'line', severity: WORDS[severity as keyof typeof WORDS] };
  });
  harness.asked();
  return job;
}

function histogram(job: string, args: HistogramArguments): Promise<LogHistogram> {
  const source = { name: 'marketplace', connector: harness.connect() };
  const federation = createFederation([source], { maxPageSize: SMALL_PAGE });
  return federation.histogram([{ source: 'marketplace', scope: { job } }], args, createCall());
}

/** One line each ten milliseconds: one in fifty is an error. */
function usualLines(count: number): readonly CountedLine[] {
  return Array.from({ length: count }, (_, index) => ({
    time: START + BigInt(index) * 10n * MILLISECOND,
    severity: index % 50 === 7 ? 'ERROR' : 'INFO',
  }));
}

describe('a histogram of a log that is too long to be read', () => {
  test('is complete, from counts of the source and the few lines that are read', async () => {
    const lines = usualLines(3_000);
    const job = write(lines);
    const counted = await histogram(job, { buckets: 10 });
    const calls = harness.asked();
    expect(counted).toMatchObject({ total: 3_000, isPartial: false, failures: [], coveredFrom: counted.from });
    const { said, true: truth } = compared(counted, lines, {});
    expect(said).toEqual(truth);
    expect(said).toHaveLength(10);
    // 2,980 lines of information are on 30 pages: ten counts take fewer calls.
    expect(calls.filter((call) => call.includes('in(severity,("Info"))')).length).toBe(11);
    expect(calls.length).toBeLessThan(35);
  });

  test.each<Partial<SoftwareOneSettings>>([
    ...(['null', 'zero', 'of-page', 'too-low', 'too-high', 'shrinking'] as const).map((total) => ({ total })),
    { totals: false },
    { ignoresFilters: true },
    { excludesBounds: true },
    { unfilterable: ['timestamp'] },
    { unfilterable: ['severity'] },
    { unfilterable: ['*'] },
    { unknownOperators: ['ge'] },
    { unknownOperators: ['in'] },
    { maxLimit: 7 },
    { ignoresPlace: true },
    { rowsPerPage: 3 },
  ])('has no wrong count if the source behaves like this: %o', async (settings) => {
    const lines = usualLines(1_000);
    const job = write(lines);
    harness.simulation.configure({ ...DEFAULT_SETTINGS, ...settings });
    const counted = await histogram(job, { buckets: 6 });
    const { said, true: truth } = compared(counted, lines, {});
    if (counted.failures.length === 0) expect(said).toEqual(truth);
    expect(counted.isPartial || counted.total === 1_000).toBe(true);
  });

  test('has true counts, whatever its lines, filter and spans are', async () => {
    const line = fc.record({ gap: fc.nat({ max: 400 }), severity: fc.constantFrom(...SEVERITIES) });
    const bound = fc.option(fc.nat({ max: 100_000 }), { nil: undefined });
    const asked = fc.record({
      lines: fc.array(line, { minLength: 450, maxLength: 900, size: 'max' }),
      since: bound,
      until: bound,
      severity: fc.constantFrom<LineFilter>(
        {},
        { minSeverity: 'INFO' },
        { minSeverity: 'WARN' },
        { severityIn: ['DEBUG', 'INFO'] },
        { minSeverity: 'TRACE', includeUnspecified: true },
      ),
      spans: fc.oneof(
        fc.integer({ min: 1, max: 12 }).map((buckets) => ({ buckets })),
        fc.integer({ min: 15, max: 90 }).map((seconds) => ({ step: BigInt(seconds) * 1_000_000_000n })),
      ),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ lines: drawn, since, until, severity, spans }) => {
        let time = START;
        const lines = drawn.map(({ gap, severity: one }) => {
          time += BigInt(gap) * MILLISECOND;
          return { time, severity: one };
        });
        const instant = (offset: number | undefined): string | undefined =>
          offset === undefined ? undefined : formatInstant(START + BigInt(offset) * MILLISECOND);
        const filter = { ...severity, since: instant(since), until: instant(until) };
        const counted = await histogram(write(lines), { ...spans, filter });
        const { said, true: truth } = compared(counted, lines, filter);
        expect(said).toEqual(truth);
        expect(counted).toMatchObject({ isPartial: false, total: lines.filter(keptBy(filter)).length });
      }),
      { numRuns: process.env['DEEP'] === '1' ? 200 : 8 },
    );
  });
});
