import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql';
import { parseInstant } from '../src/domain/time.ts';
import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description:
    'An instant as RFC 3339 in UTC, such as `2026-03-01T09:30:00.123456789Z`. Keeps every fraction digit that the vendor sent. As an input, any offset is accepted; a time without one is UTC.',
  // Our times are texts already, and this runs for every row.
  serialize: (value) => value,
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(node.kind === Kind.STRING ? node.value : null),
});

builder.scalarType('Duration', {
  description: 'A time span: a whole number with its unit, such as `500ms`, `10s`, `5m`, `1h` or `1d`.',
  serialize: (value) => value,
  parseValue: readDuration,
  parseLiteral: (node) => readDuration(node.kind === Kind.STRING ? node.value : null),
});

builder.scalarType('JSON', {
  description: 'Any JSON value: data of the vendor other than the fields of the graph.',
  serialize: (value) => value,
  // A value that came as JSON is JSON.
  parseValue: (value) => value as never,
  parseLiteral: (node) => valueFromASTUntyped(node) as never,
});

function readInstant(value: unknown): string {
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  if (instant !== null) return instant.text;
  throw new GraphQLError('A DateTime is an RFC 3339 text such as "2026-03-01T09:30:00.123Z".');
}

const UNITS = new Map([
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
]);

/** Returns nanoseconds. */
function readDuration(value: unknown): bigint {
  const [, digits, unit = ''] = (typeof value === 'string' ? /^(\d{1,9})(ms|[smhd])$/.exec(value) : null) ?? [];
  const nanoseconds = BigInt(digits ?? 0) * (UNITS.get(unit) ?? 0n);
  if (nanoseconds > 0n) return nanoseconds;
  throw new GraphQLError('A Duration is a whole number from 1 with its unit, such as "500ms", "10s" or "1h".');
}
