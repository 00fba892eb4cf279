import { describe, expect, test } from 'vitest';
import { residualOf } from '../../../src/federation/log-filter/filter.ts';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { ORIGINS } from '../../../src/vendors/deepset/parts.ts';
import { planOf } from '../../../src/vendors/deepset/pushdown/pushdown.ts';
import { RefusedFields } from '../../../src/vendors/deepset/pushdown/refusals.ts';
import { Vocabulary } from '../../../src/vendors/deepset/pushdown/vocabulary.ts';

interface Known {
  readonly refusals?: RefusedFields;
  readonly vocabulary?: Vocabulary;
  readonly step?: string;
}

/** What goes to the vendor, and what is left without its undefined parts; null when nothing can match. */
function plan(filter: LogFilter, { refusals, vocabulary, step }: Known = {}) {
  const planned = planOf(
    { job: 'production/rag', step },
    filter,
    refusals ?? new RefusedFields(),
    vocabulary ?? new Vocabulary(ORIGINS),
  );
  if (planned === null) return null;
  return {
    pushed: planned.pushed.map(({ field, value }) => `${field} ${value}`),
    residual: Object.fromEntries(
      Object.entries(residualOf(filter, planned)).filter(([, value]) => value !== undefined),
    ),
  };
}

describe('what the vendor filters', () => {
  test('is nothing by default: a log includes all origins', () => {
    expect(plan({})).toEqual({ pushed: [], residual: {} });
  });

  test.each<[string, LogFilter, string]>([
    ['one severity', { severityIn: ['ERROR'] }, 'level error'],
    ['one severity, twice', { severityIn: ['WARN', 'WARN'] }, 'level warning'],
    ['one severity at or above a bound', { minSeverity: 'WARN', severityIn: ['DEBUG', 'ERROR'] }, 'level error'],
    ['the highest severity', { minSeverity: 'FATAL' }, 'level critical'],
    ['one origin', { stepIn: ['haystack'] }, 'origin haystack'],
  ])('is %s', (_, filter, pushed) => {
    expect(plan(filter)).toEqual({ pushed: [pushed], residual: {} });
  });

  test.each<[string, LogFilter]>([
    ['tasks', { taskIn: ['render'] }],
    ['attempts', { attemptIn: ['1'] }],
  ])('does not include %s, which no line has', (_, filter) => {
    expect(plan(filter)).toBeNull();
  });

  test('is a severity and an origin together', () => {
    expect(plan({ severityIn: ['INFO'], stepIn: ['unknown'], contains: 'x' })).toEqual({
      pushed: ['level info', 'origin unknown'],
      residual: { contains: 'x' },
    });
  });

  test.each<[string, LogFilter]>([
    ['two severities', { severityIn: ['ERROR', 'FATAL'] }],
    ['a range', { minSeverity: 'ERROR' }],
    ['everything from INFO on, which keeps lines without a severity', { minSeverity: 'INFO' }],
    ['a severity and lines without one', { severityIn: ['ERROR'], includeUnspecified: true }],
    ['lines without a severity', { severityIn: ['UNSPECIFIED'] }],
    ['a severity that no level word stands for', { severityIn: ['TRACE'] }],
    ['nothing at all', { severityIn: [] }],
    ['two origins', { stepIn: ['haystack', 'unknown'] }],
    // If the vendor refused a word that a client made up, the field would count as refused.
    ['an origin that the vendor does not name', { stepIn: ["x' or 1 eq 1"] }],
    ['text', { contains: 'x', notContains: ['y'], matches: 'z' }],
  ])('is not %s', (_, filter) => {
    expect(plan(filter)).toEqual({ pushed: [], residual: filter });
  });

  test('is the origin of a scope', () => {
    expect(plan({}, { step: 'haystack' })).toEqual({ pushed: ['origin haystack'], residual: {} });
    expect(plan({ stepIn: ['haystack', 'unknown'] }, { step: 'haystack' })?.pushed).toEqual(['origin haystack']);
    expect(plan({}, { step: 'agent' })).toEqual({ pushed: [], residual: { stepIn: ['agent'] } });
    expect(plan({ stepIn: ['unknown'] }, { step: 'haystack' })).toBeNull();
  });

  test('does not include attempts and tasks', () => {
    const known = [new RefusedFields(), new Vocabulary(ORIGINS)] as const;
    expect(planOf({ job: 'production/rag', attempt: '1' }, {}, ...known)).toBeNull();
    expect(planOf({ job: 'production/rag', task: '1' }, {}, ...known)).toBeNull();
  });

  test('no longer includes a severity once another word for it was seen', () => {
    const vocabulary = new Vocabulary(ORIGINS);
    vocabulary.note('ERROR', 'haystack');
    vocabulary.note('something else', 'haystack');
    expect(plan({ severityIn: ['ERROR'] }, { vocabulary })?.pushed).toEqual([]);
    expect(plan({ severityIn: ['WARN'] }, { vocabulary })?.pushed).toEqual(['level warning']);
  });

  test('includes only what was not refused before', () => {
    const both: LogFilter = { severityIn: ['ERROR'], stepIn: ['haystack'] };
    const level = new RefusedFields();
    level.add(['level']);
    expect(plan(both, { refusals: level })).toEqual({
      pushed: ['origin haystack'],
      residual: { severityIn: ['ERROR'] },
    });
    const together = new RefusedFields();
    together.add(['origin', 'level']);
    expect(plan(both, { refusals: together })).toEqual({ pushed: ['level error'], residual: { stepIn: ['haystack'] } });
    together.add(['level']);
    together.add(['origin']);
    expect(plan(both, { refusals: together })).toEqual({ pushed: [], residual: both });
  });
});

describe('the words that were seen', () => {
  test('are bounded, however many a vendor invents', () => {
    const vocabulary = new Vocabulary(ORIGINS);
    for (let index = 0; index < 1000; index += 1) vocabulary.note(`level ${index}`, `origin ${index}`);
    expect(vocabulary.levels).toHaveLength(32);
    expect(vocabulary.origins).toHaveLength(32);
  });
});
