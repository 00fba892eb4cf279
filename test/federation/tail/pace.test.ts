import { describe, expect, test } from 'vitest';
import { Pace } from '../../../src/federation/tail/poll/pace.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';

describe('the pace of polls', () => {
  test('has pauses that double while nothing comes, up to a bound, and are short again when lines come', () => {
    const pace = new Pace({ ...DEFAULT_TAIL, jitter: 0 });
    expect([pace.idle(), pace.idle(), pace.idle(), pace.idle(), pace.idle(), pace.idle()]).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
    expect([pace.active(), pace.idle()]).toEqual([1_000, 1_000]);
  });

  test('has short pauses again when subscribers join, even if many do', () => {
    const pace = new Pace({ ...DEFAULT_TAIL, jitter: 0 });
    for (let joined = 0; joined < 100; joined += 1) {
      pace.reset();
      expect(pace.idle()).toEqual(1_000);
    }
  });

  test('lets only those pauses be cut short that exceed the shortest one with its jitter', () => {
    const longest = new Pace(DEFAULT_TAIL, () => 1);
    const shortest = new Pace(DEFAULT_TAIL, () => 0);
    expect(longest.isLong(longest.idle())).toEqual(false);
    shortest.idle();
    expect(shortest.isLong(shortest.idle())).toEqual(true);
  });

  test('waits as long as the source asks for', () => {
    const pace = new Pace({ ...DEFAULT_TAIL, jitter: 0 });
    expect([pace.failed(30), pace.failed(undefined), pace.failed(1)]).toEqual([30_000, 2_000, 4_000]);
  });
});
