import { LRUCache } from 'lru-cache';
import { expect, test } from 'vitest';
import { atMost } from '../../src/domain/at-most.ts';

test('a cache keeps as many values as it may, and gives up the one that was not used for longest', () => {
  const cache = new LRUCache<string, number>(atMost(2));
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect([...cache.keys()].sort()).toEqual(['a', 'c']);
});
