import { describe, expect, test } from 'vitest';
import { titleOf, treeOf } from '../../explorer/src/parts/part.ts';
import type { Part, PartRows } from '../../explorer/src/parts/part.ts';
import { spansOf } from '../../explorer/src/parts/span.ts';

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

  test('is finite if an attempt and a step each name the other as parent', () => {
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

describe('the times of parts, beside each other', () => {
  const at = (second: number): string => new Date(second * 1000).toISOString();
  const timed = (key: string, from: number, until: number | null): PartRows['steps'][number] => ({
    ...step(key),
    status: until === null ? 'RUNNING' : 'SUCCEEDED',
    startedAt: at(from),
    finishedAt: until === null ? null : at(until),
  });
  const spans = (steps: PartRows['steps'], now = 0): Readonly<Record<string, unknown>> =>
    Object.fromEntries(spansOf(treeOf({ attempts: [], steps, tasks: [] }), now));

  test('are shares of the time of all, and what runs goes on until now', () => {
    expect(spans([timed('load', 100, 110), timed('train', 110, null)], 140_000)).toEqual({
      's-load': { left: 0, width: 25 },
      's-train': { left: 25, width: 75 },
    });
  });

  test('are missing for parts without times, and if there is nothing to compare', () => {
    expect(Object.keys(spans([timed('a', 0, 10), timed('b', 10, 20), step('c')]))).toEqual(['s-a', 's-b']);
    expect(spans([timed('a', 0, 10), step('c')])).toEqual({});
    expect(spans([timed('a', 5, 5), timed('b', 5, 5)])).toEqual({});
  });

  test('stay inside of the whole where a part ends before it begins', () => {
    expect(spans([timed('a', 0, 20), timed('b', 10, 5)])).toEqual({
      's-a': { left: 0, width: 100 },
      's-b': { left: 50, width: 0 },
    });
  });
});
