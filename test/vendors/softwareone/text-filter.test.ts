import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { entryPredicate } from '../../../src/federation/log-filter.ts';
import type { Partition } from '../../../src/pagination/partition.ts';
import type { TaskLogLine } from '../../../src/sandbox/softwareone/log-store.ts';
import { DEFAULT_SETTINGS } from '../../../src/sandbox/softwareone/settings.ts';
import type { SoftwareOneSettings } from '../../../src/sandbox/softwareone/settings.ts';
import { Abilities } from '../../../src/vendors/softwareone/abilities.ts';
import { logPartition } from '../../../src/vendors/softwareone/log-partition.ts';
import { textFilterOf } from '../../../src/vendors/softwareone/text-filter.ts';
import { MILLISECOND, positionOf, readRows, START, startHarness } from './harness.ts';

/** `DEEP=1` runs many more. */
const RUNS = process.env['DEEP'] === '1' ? 3_000 : 200;

const harness = await startHarness();
let job: string;

beforeEach(() => {
  harness.simulation.configure(DEFAULT_SETTINGS);
  job = harness.simulation.createJob();
  harness.asked();
});
afterAll(() => harness.close());

function write(...lines: readonly Partial<TaskLogLine>[]): void {
  harness.simulation.write(
    job,
    lines.map((line, index) => ({ time: START + BigInt(index) * MILLISECOND, message: '', ...line })),
  );
}

function conditionOf(contains: string): string | null {
  return textFilterOf({ contains })?.condition.text ?? null;
}

const TEMPLATES = 'ilike(message,"*{{*")';

describe('the condition for a text', () => {
  it.each([
    ['disk 7', 'disk 7'],
    ['ORD-7712_0450', 'ORD-7712_0450'],
    // A letter at the end could be the base of a combining mark.
    ['timeout', 'timeou'],
    ['cafe\u0301 au lait', ' au lai'],
    ['ab', 'a'],
    // The longest part that is read in one way only.
    ['GET "/v1/accounts" 404', 'account'],
    ["it's 100% done", 's 100'],
    ['50% *of* (all), \\ & 1=1 or 22222', '1 or 22222'],
    ['\u212aelvin 4', 'elvin 4'],
  ])('%j asks for messages with %j, and for templates', (contains, part) => {
    expect(conditionOf(contains)).toBe(`or(ilike(message,"*${part}*"),${TEMPLATES})`);
  });

  it('is of a part only of a text that is very long', () => {
    expect(conditionOf('1234567890'.repeat(30))).toBe(`or(ilike(message,"*${'1234567890'.repeat(20)}*"),${TEMPLATES})`);
  });

  it.each(['', ' ', 'x', '   ', '"', '*', '%%', 'é', '{{x}}', '漢字', '\u0000', '\ud800', '. . .', 'K'])(
    'is none where nothing of %j can be asked for',
    (contains) => {
      expect(conditionOf(contains)).toBeNull();
    },
  );

  it('is made of harmless characters alone, whatever the text', () => {
    fc.assert(
      fc.property(hostile, (contains) => {
        const condition = conditionOf(contains);
        if (condition === null) return;
        expect(condition).toMatch(/^or\(ilike\(message,"\*[A-Za-z0-9 _-]+\*"\),ilike\(message,"\*\{\{\*"\)\)$/);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Text that is made to break out of where it stands, or to be compared differently by two systems. */
const pieces = [
  ...[
    'disk',
    'Disk',
    'DISK',
    'k',
    'K',
    'i',
    'I',
    ' ',
    '7',
    '1',
    '-',
    '_',
    '%',
    '*',
    '"',
    "'",
    '\\',
    '\\*',
    ',',
    '&',
    '=',
  ],
  ...['|', ';', '(', ')', 'or(', 'null()', '{', '}', '{{', '}}', '{{Name}}', '{{ Name }}', '{{A.B}}', '{{Gone}}'],
  ...['\u212a', '\u0130', '\u0131', '\u017f', 'ß', 'ſ', 'ﬁ', 'e\u0301', '\u0301', '\u0327', 'é', 'Σ', 'ς', 'i\u0307'],
  ...['\u200b', '\u00ad', '\u001b[31m', '\u001b[0m', '\r', '\n', '\t', '\u0000', '\ufeff', '漢', '😀', 'ａ', '１'],
];
const textOf = (parts: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...parts), { maxLength }).map((chosen) => chosen.join(''));
/** What mostly decides: words that can be asked for, marks behind them, and places for parameters between them. */
const telling = textOf(['disk', 'cafe', ' 7', 'k', '\u0301', '{{Name}}', '{{A.B}}'], 5);
const hostile = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), textOf(pieces, 7), {
  arbitrary: telling,
  weight: 3,
});

const parameters = fc.oneof(
  fc.constant(null),
  fc.record({ Name: hostile, A: fc.record({ B: hostile }) }, { requiredKeys: [] }),
  fc.record({ Name: fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.array(hostile, { maxLength: 2 })) }),
);

/** A vendor's ways of looking at text, and at pages. */
const dialects: fc.Arbitrary<Partial<SoftwareOneSettings>> = fc.record({
  composesText: fc.boolean(),
  maxLimit: fc.constantFrom(100, 4),
  totals: fc.boolean(),
  unfilterable: fc.constantFrom<readonly string[]>([], [], [], ['timestamp'], ['message'], ['*']),
  unknownOperators: fc.constantFrom<readonly string[]>([], [], [], ['or'], ['ilike'], ['ge']),
  unorderable: fc.constantFrom<readonly string[]>([], [], ['id'], ['*']),
  ignoresFilters: fc.constantFrom(false, false, false, true),
});

describe('a text filter that the vendor helps with', () => {
  it('lets through what the same filter lets through here, whatever text, templates and parameters hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        dialects,
        fc.array(fc.record({ message: hostile, parameters }), { maxLength: 25 }),
        hostile,
        fc.option(fc.record({ line: fc.nat(), start: fc.nat(), length: fc.integer({ min: 1, max: 8 }) }), { freq: 8 }),
        fc.boolean(),
        async (dialect, lines, text, part, withSeverity) => {
          job = harness.simulation.createJob();
          write(...lines);
          const all = await readRows(await open({}));
          // Mostly a text that some line has.
          const from = part === null ? undefined : all[part.line % Math.max(1, all.length)];
          const start = part === null || from === undefined ? 0 : part.start % Math.max(1, from.message.length);
          const contains = from === undefined ? text : from.message.slice(start, start + part!.length);
          const filter: LogFilter = { contains, ...(withSeverity ? { minSeverity: 'INFO' } : {}) };
          const expected = all.filter(entryPredicate(filter) ?? (() => true));
          harness.simulation.configure({ ...DEFAULT_SETTINGS, ...dialect });
          for (const direction of ['forward', 'backward'] as const) {
            const read = await readFiltered(filter, { direction });
            expect(read).toEqual(direction === 'forward' ? expected : [...expected].reverse());
          }
          if (expected.length > 0) {
            const middle = expected[Math.floor(expected.length / 2)]!;
            const rest = await readFiltered(filter, { from: positionOf(middle) });
            expect(rest).toEqual(expected.slice(expected.indexOf(middle) + 1));
          }
          harness.simulation.configure(DEFAULT_SETTINGS);
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);

  async function open(filter: LogFilter, pageSize = 100): Promise<Partition<LogEntry>> {
    const { partitions } = await harness.connect({ pageSize }).logs({ job }, filter, createCall());
    return partitions[0]!;
  }

  async function readFiltered(
    filter: LogFilter,
    request: Parameters<typeof readRows>[1],
  ): Promise<readonly LogEntry[]> {
    const connector = harness.connect({ pageSize: 5 });
    const { partitions, residual } = await connector.logs({ job }, filter, createCall());
    expect(residual).toMatchObject({ contains: filter.contains });
    return (await readRows(partitions[0]!, request)).filter(entryPredicate(residual) ?? (() => true));
  }

  it('is asked one call for what would be found on the tenth page', async () => {
    write(
      ...Array.from({ length: 1_000 }, (_, index) => ({ message: index === 950 ? 'disk 7 is full' : `at ${index}` })),
    );
    const rows = await readRows(await open({ contains: 'disk 7' }));
    expect(rows.map(({ message }) => message)).toEqual(['disk 7 is full']);
    expect(harness.asked()).toEqual([
      `logs or(ilike(message,"*disk 7*"),${TEMPLATES})&order=timestamp,id&limit=100&offset=0`,
    ]);
  });

  it('finds the text in the parameters of a template, and across their border', async () => {
    const filled: Json = { Disk: 'disk 7' };
    write({ message: '{{Disk}} is full', parameters: filled }, { message: 'all is well' }, { message: 'see {{Disk}}' });
    const wanted = await readFiltered({ contains: 'k 7 is' }, {});
    expect(wanted.map(({ message }) => message)).toEqual(['disk 7 is full']);
  });

  it('goes together with bounds of time and severities', async () => {
    write({ message: 'disk 7' });
    const partition = await open({ contains: 'disk 7', minSeverity: 'ERROR' });
    await readRows(partition, { from: { time: START, tie: '' } });
    expect(harness.asked()).toEqual([
      'logs and(ge(timestamp,"2025-09-11T13:40:13.515Z"),in(severity,("Error","Failure")),' +
        `or(ilike(message,"*disk 7*"),${TEMPLATES}))&order=timestamp,id&limit=100&offset=0`,
    ]);
  });

  it('is not counted, and does not count for the log without it', async () => {
    write({ message: 'disk 7' }, { message: '{{x}}' }, { message: 'other' });
    const connector = harness.connect();
    const call = createCall();
    const [filtered, whole] = await Promise.all([
      connector.logs({ job }, { contains: 'disk 7' }, call),
      connector.logs({ job }, {}, call),
    ]);
    expect(await readRows(filtered.partitions[0]!, { call })).toHaveLength(2);
    expect(await filtered.partitions[0]!.count(call)).toBeNull();
    expect(await whole.partitions[0]!.count(call)).toBe(3);
  });
});

describe('a vendor that does not filter by text', () => {
  const REFUSALS: readonly [string, Partial<SoftwareOneSettings>][] = [
    ['refuses the property', { unfilterable: ['message'] }],
    ['refuses the property and says so in an array', { unfilterable: ['message'], errorShape: 'array' }],
    ['does not know ilike', { unknownOperators: ['ilike'] }],
    ['does not know or', { unknownOperators: ['or'] }],
  ];

  it.each(REFUSALS)('because it %s is asked once, and for everything else as before', async (_, settings) => {
    write({ message: 'disk 7', severity: 'error' }, { message: 'other', severity: 'error' });
    harness.simulation.configure(settings);
    const connector = harness.connect();
    const filter: LogFilter = { contains: 'disk 7', minSeverity: 'ERROR' };
    for (const calls of [2, 1]) {
      const { partitions, residual } = await connector.logs({ job }, filter, createCall());
      expect(residual).toEqual({ contains: 'disk 7' });
      expect(await readRows(partitions[0]!)).toHaveLength(2);
      expect(harness.asked()).toHaveLength(calls);
    }
    expect(connector.capabilities.pushdown).toEqual(['SINCE', 'UNTIL', 'MIN_SEVERITY', 'SEVERITY_IN']);
  });

  it('and takes the filter without a word is found out by a line that should not be there', async () => {
    write({ message: 'disk 7' }, { message: 'other' });
    harness.simulation.configure({ ignoresFilters: true });
    const connector = harness.connect();
    const { partitions } = await connector.logs({ job }, { contains: 'disk 7' }, createCall());
    expect(await readRows(partitions[0]!)).toHaveLength(2);
    expect(connector.capabilities.pushdown).not.toContain('CONTAINS');
  });

  it('is not suspected on account of templates, of case, or of characters that it may take for others', async () => {
    write({ message: 'DISK 7' }, { message: '{{Other}}' }, { message: 'dısk 7' });
    const connector = harness.connect();
    const { partitions } = await connector.logs({ job }, { contains: 'disk 7' }, createCall());
    await readRows(partitions[0]!);
    expect(textFilterOf({ contains: 'disk 7' })!.allows('dısk 7')).toBe(true);
    expect(textFilterOf({ contains: 'disk 7' })!.allows(null)).toBe(true);
    expect(textFilterOf({ contains: 'disk 7' })!.allows('disk 8')).toBe(false);
    expect(connector.capabilities.pushdown).toContain('CONTAINS');
  });
});

describe('a read', () => {
  function lines(count: number): void {
    write(
      ...Array.from({ length: count }, (_, index) => ({
        message: index % 3 === 0 ? `disk 7 ${index}` : `at ${index}`,
      })),
    );
  }

  function partitionWith(abilities: Abilities): Partition<LogEntry> {
    const filter = textFilterOf({ contains: 'disk 7' });
    const log = { task: job, taskKey: null, severity: null, text: filter };
    return logPartition('', { http: harness.http(), abilities, pageSize: 10 }, log);
  }

  const isWanted = ({ message }: LogEntry): boolean => message.startsWith('disk 7');

  it('goes on without the filter where the source has lost it meanwhile, and does not take it up again', async () => {
    lines(90);
    const abilities = new Abilities();
    abilities.lose('logs of a text');
    const found: LogEntry[] = [];
    let pages = 0;
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 90 } as const;
    for await (const { rows } of partitionWith(abilities).read(request, createCall())) {
      found.push(...rows.filter(isWanted));
      pages += 1;
      // Another log turned out to be to blame: the first rows of the filtered list are not those read so far.
      if (pages === 2) abilities.restore(['logs of a text']);
      if (pages === 5) abilities.lose('logs of a text');
    }
    expect(found.map(({ message }) => message)).toEqual(
      Array.from({ length: 30 }, (_, index) => `disk 7 ${index * 3}`),
    );
  });

  it('does not take a page number of the whole log for one of the filtered list', async () => {
    lines(45);
    harness.simulation.configure({ unfilterable: ['timestamp'] });
    const without = new Abilities();
    without.lose('logs of a text', 'logs within times');
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 90 } as const;
    const seen: { row: LogEntry; hint: Json }[] = [];
    for await (const { rows, hints } of partitionWith(without).read(request, createCall())) {
      seen.push(...rows.map((row, index) => ({ row, hint: hints[index] ?? null })));
    }
    // The filtered list grows to the length that the whole log had.
    harness.simulation.write(
      job,
      Array.from({ length: 90 }, (_, index) => ({
        time: START + BigInt(100 + index) * MILLISECOND,
        message: `disk 7 ${100 + index}`,
      })),
    );
    for (const { row, hint } of seen) {
      const fresh = new Abilities();
      fresh.lose('logs within times');
      const rest = await readRows(partitionWith(fresh), { from: positionOf(row), hint });
      const plain = await readRows(partitionWith(without), { from: positionOf(row) });
      expect(rest.filter(isWanted)).toEqual(plain.filter(isWanted));
    }
  });
});
