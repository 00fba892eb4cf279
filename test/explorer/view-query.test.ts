import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { printedSchema } from '../../codegen.ts';
import { viewQuery } from '../../explorer/src/api/view-query.ts';
import type { LogFilter } from '../../explorer/src/graphql/generated/graphql.ts';

const EVERYTHING: Required<LogFilter> = {
  attemptIn: ['1'],
  contains: 'a "quoted" \\ text\nof two rows',
  includeUnspecified: true,
  matches: '(?i)\\d+',
  minSeverity: 'WARN',
  notContains: ['}', 'b'],
  severityIn: ['ERROR', 'FATAL'],
  since: '2026-03-01T00:00:00Z',
  stepIn: ['a', 'b'],
  parts: ['id-3'],
  taskIn: [],
  until: '2026-03-02T00:00:00.123456789Z',
};

describe('the view as a query', () => {
  const schema = buildSchema(printedSchema());

  test.each([
    ['without a filter', {}],
    ['with every filter that there is', EVERYTHING],
  ])('is one that the graph takes, %s', (_name, filter) => {
    expect(validate(schema, parse(viewQuery(['id-1', 'id-2'], filter)))).toEqual([]);
  });
});
