import { describe, expect, test } from 'vitest';
import { titleOf, treeOf } from '../../explorer/src/parts/part.ts';
import type { Part, PartRows } from '../../explorer/src/parts/part.ts';

const times = { nativeStatus: null, createdAt: null, startedAt: null, finishedAt: null };
const keyed = (key: string | null): { readonly key: string } | null => (key === null ? null : { key });

const attempt = (key: string, step: string | null = null): PartRows['attempts'][number] => ({
  ...times,
  id: `a-${key}`,
  key,
  number: null,
  status: 'SUCCEEDED',
  step: keyed(step),
});
const step = (key: string, of: string | null = null): PartRows['steps'][number] => ({
  ...times,
  id: `s-${key}`,
  key,
  name: key,
  status: 'SUCCEEDED',
  attempt: keyed(of),
});
const task = (key: string, of: string | null, inAttempt: string | null = null): PartRows['tasks'][number] => ({
  ...times,
  id: `t-${key}`,
  key,
  name: key,
  status: 'SUCCEEDED',
  step: keyed(of),
  attempt: keyed(inAttempt),
});

type Shape = { readonly [key: string]: Shape };
const shape = (tree: readonly Part[]): Shape =>
  Object.fromEntries(tree.map(({ id, children }) => [id, shape(children)]));
const treeShape = (rows: Partial<PartRows>): Shape => shape(treeOf({ attempts: [], steps: [], tasks: [], ...rows }));

describe('the tree of parts', () => {
  test('puts steps into their attempt and tasks into their step', () => {
    expect(
      treeShape({
        attempts: [attempt('1'), attempt('2')],
        steps: [step('load', '2'), step('train', '2')],
        tasks: [task('x', 'load', '2'), task('y', 'train', '2')],
      }),
    ).toEqual({ 'a-1': {}, 'a-2': { 's-load': { 't-x': {} }, 's-train': { 't-y': {} } } });
  });

  test('puts attempts into their step where a vendor has runs of schedules, the newest first', () => {
    const tree = treeShape({ attempts: [attempt('1', 'daily'), attempt('2', 'daily')], steps: [step('daily')] });
    expect(tree).toEqual({ 's-daily': { 'a-2': {}, 'a-1': {} } });
    expect(Object.keys(tree['s-daily'] ?? {})).toEqual(['a-2', 'a-1']);
  });

  test('shows a part whose parent is not listed at the top, and each part once', () => {
    expect(
      treeShape({
        attempts: [attempt('1', 'gone')],
        steps: [step('load', 'gone')],
        tasks: [task('x', 'gone', 'gone'), task('y', null, '1'), task('z', null)],
      }),
    ).toEqual({ 'a-1': { 't-y': {} }, 's-load': {}, 't-x': {}, 't-z': {} });
  });

  test('ends where an attempt and a step each say that they are inside of the other', () => {
    expect(treeShape({ attempts: [attempt('1', 'load')], steps: [step('load', '1')] })).toEqual({
      's-load': { 'a-1': {} },
    });
  });

  test('is titled by what there is', () => {
    expect(titleOf({ attempts: [attempt('1')], steps: [step('a')], tasks: [task('b', null)] })).toBe(
      'Attempts, steps and tasks',
    );
    expect(titleOf({ attempts: [], steps: [step('a')], tasks: [] })).toBe('Steps');
  });
});
