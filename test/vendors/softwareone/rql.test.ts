import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readListQuery } from '../../../src/sandbox/softwareone/list-query.ts';
import type { RqlExpression } from '../../../src/sandbox/softwareone/rql-expression.ts';
import { parseQuery } from '../../../src/sandbox/softwareone/rql-parser.ts';
import {
  atOrAfter,
  atOrBefore,
  containsIgnoringCase,
  equal,
  isIn,
  isNull,
  isOut,
  writeQuery,
} from '../../../src/vendors/softwareone/rql.ts';
import type { Condition } from '../../../src/vendors/softwareone/rql.ts';
import { anyCharacter } from '../../support/any-character.ts';

/** What the vendor reads after the query has gone over the wire. */
function received(...filter: Condition[]): RqlExpression {
  const query = writeQuery({ filter, order: '-timestamp,-id', select: 'audit', limit: 7, offset: 3 });
  // Nothing that would end the query or split it elsewhere, nor a space.
  expect(query).toMatch(/^[\x21-\x7e]+$/);
  expect(query).not.toMatch(/[#"+]|=&/);
  const read = readListQuery(query);
  expect({ ...read, filter: null }).toEqual({
    filter: null,
    order: '-timestamp,-id',
    select: '+audit',
    limit: '7',
    offset: '3',
    streamed: false,
  });
  return parseQuery(read.filter ?? '');
}

function word(text: string, quoted: boolean): RqlExpression {
  return { kind: 'word', text, quoted };
}

function compared(operator: 'eq' | 'ge' | 'le' | 'ilike', path: string, value: string): RqlExpression {
  return { kind: 'compare', operator, left: word(path, false), right: word(value, true) };
}

/** Texts that try to break out of their place in the query. */
const hostile = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        ',',
        '&',
        '|',
        ';',
        '(',
        ')',
        '=',
        '*',
        '\\',
        '%',
        '+',
        '#',
        '?',
        ' ',
        'null()',
        'é',
        '漢',
        '🦊',
      ),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
);

const isWritable = (text: string): boolean =>
  !(text.includes('"') && text.includes("'")) && !/[\p{Surrogate}\p{Control}]/u.test(text);

describe('a query', () => {
  test('has its meaning for the vendor, whatever the value contains', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const condition = equal('name', value);
        expect(condition !== null).toBe(isWritable(value));
        if (condition === null) return;
        expect(received(condition)).toEqual(compared('eq', 'name', value));
        expect(received(condition, isNull('parent.id'))).toEqual({
          kind: 'and',
          items: [
            compared('eq', 'name', value),
            { kind: 'compare', operator: 'eq', left: word('parent.id', false), right: { kind: 'null' } },
          ],
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('keeps the values of a list apart', () => {
    fc.assert(
      fc.property(fc.array(hostile.filter(isWritable), { minLength: 2, maxLength: 5 }), (values) => {
        for (const [operator, condition] of [
          ['in', isIn('id', values)],
          ['out', isOut('id', values)],
        ] as const) {
          expect(received(condition!)).toEqual({
            kind: 'compare',
            operator,
            left: word('id', false),
            right: { kind: 'and', items: values.map((value) => word(value, true)) },
          });
        }
      }),
    );
  });

  test('searches for a text without treating it as a pattern', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const condition = containsIgnoringCase('name', text);
        expect(condition !== null).toBe(isWritable(text) && text !== '' && !/[*\\]/.test(text));
        if (condition !== null) expect(received(condition)).toEqual(compared('ilike', 'name', `*${text}*`));
      }),
      { numRuns: 1_000 },
    );
  });

  test('is not written for an empty list or a value with both kinds of quotes', () => {
    expect(isIn('id', [])).toBeNull();
    expect(isOut('id', [])).toBeNull();
    expect(isIn('id', ['a', `"'`])).toBeNull();
    expect(equal('name', `both " and '`)).toBeNull();
  });

  test('puts the condition first, without an equals sign behind it, and escapes the plus of select', () => {
    const condition = isIn('id', ['TSK-1', 'TSK-2']);
    expect(writeQuery({ filter: [condition!], order: null, select: 'audit', limit: 2, offset: 0 })).toBe(
      'in(id,(%22TSK-1%22,%22TSK-2%22))&select=%2Baudit&limit=2&offset=0',
    );
    expect(writeQuery({ filter: [], order: 'timestamp,id', limit: 100, offset: 0 })).toBe(
      'order=timestamp,id&limit=100&offset=0',
    );
  });
});

describe('bounds in time', () => {
  test('have three digits of a second and never exclude what they should include', () => {
    expect(atOrAfter('timestamp', 1_757_598_013_515_999_999n).text).toBe('ge(timestamp,"2025-09-11T13:40:13.515Z")');
    expect(atOrBefore('timestamp', 1_757_598_013_515_000_001n).text).toBe('le(timestamp,"2025-09-11T13:40:13.516Z")');
    expect(atOrBefore('timestamp', 1_757_598_013_515_000_000n).text).toBe('le(timestamp,"2025-09-11T13:40:13.515Z")');
    expect(atOrAfter('timestamp', -1n).text).toBe('ge(timestamp,"1969-12-31T23:59:59.999Z")');
    expect(atOrAfter('timestamp', 10n ** 30n).text).toBe('ge(timestamp,"9999-12-31T23:59:59.999Z")');
    expect(atOrBefore('timestamp', -(10n ** 30n)).text).toBe('le(timestamp,"0001-01-01T00:00:00.000Z")');
  });
});
