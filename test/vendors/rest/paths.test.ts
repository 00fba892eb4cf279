import { describe, expect, test } from 'vitest';
import {
  firstAt,
  isSingular,
  parsePath,
  pathOf,
  valueAt,
  valuesAt,
} from '../../../src/vendors/rest/description/paths.ts';

describe('a path', () => {
  test.each([
    ['$', []],
    ['data', ['data']],
    ['$.data.items', ['data', 'items']],
    ["$['data']['a name'][0]", ['data', 'a name', 0]],
    ['a["$meta"].b-c', ['a', '$meta', 'b-c']],
    ['[1].x', [1, 'x']],
    ['groups.*.logs', ['groups', null, 'logs']],
    ['groups[*].logs', ['groups', null, 'logs']],
    ['größe', ['größe']],
  ])('%s is read as its steps', (text, steps) => {
    expect(parsePath(text)).toEqual(steps);
    expect(isSingular(pathOf(text))).toBe(steps.every((step) => step !== null));
  });

  test.each([
    '',
    '.',
    '$.',
    '$x',
    '.a',
    'a.',
    'a..b',
    'a b',
    'a[',
    'a[-1]',
    'a[x]',
    'a[]',
    '$..a',
    'a[?@.x]',
    "a['b",
    'a[0]b',
    'a.'.repeat(40) + 'a',
  ])('%j is none', (text) => {
    expect(parsePath(text)).toBeNull();
  });

  test('leads to own members only, and to nothing where a step fails', () => {
    const value = { a: [{ b: null }, { b: 2 }], g: { x: { l: [1] }, y: { l: [2] }, z: {} } };
    expect(valueAt(value, pathOf('a[1].b'))).toBe(2);
    expect(valueAt(value, pathOf('a.length'))).toBeUndefined();
    expect(valueAt(value, pathOf('constructor'))).toBeUndefined();
    expect(valueAt(value, pathOf('__proto__'))).toBeUndefined();
    expect(valueAt(null, pathOf('a.b'))).toBeUndefined();
    expect(firstAt(value, ['a[0].b', 'missing', 'a[1].b'].map(pathOf))).toBe(2);
    expect(valuesAt(value, pathOf('g.*.l'))).toEqual([[1], [2]]);
    expect(valuesAt('text', pathOf('*'))).toEqual([]);
  });
});
