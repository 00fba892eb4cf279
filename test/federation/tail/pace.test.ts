import { describe, expect, test } from 'vitest';
import { Pace } from '../../../src/federation/tail/poll/pace.ts';
import { DEFAULT_TAIL } from '../../../src/federation/tail/settings.ts';

describe('the pace of polls', () => {
  test('doubles while nothing comes, up to a bound, and is short again when something does', () => {
    const pace = new Pace({ ...DEFAULT_TAIL, jitter: 0 });
    expect([pace.idle(), pace.idle(), pace.idle(), pace.idle(), pace.idle(), pace.idle()]).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
    expect([pace.active(), pace.idle()]).toEqual([1_000, 1_000]);
  });

  test('polls often again when a subscriber joins, however many join', () => {
    const pace = new Pace({ ...DEFAULT_TAIL, jitter: 0 });
    for (let joined = 0; joined < 100; joined += 1) {
      pace.reset();
      expect(pace.idle()).toEqual(1_000);
    }
  });

  test('lets only those pauses be cut short that are longer than chance makes the shortest one', () => {
    const longest = new Pace(DEFAULT_TAIL, () => 1);
    const shortest = new Pace(DEFAULT_TAIL, () => 0);
    expect(longest.isLong(longest.idle())).toEqual(false);
    shortest.idle();
    expect(shortest.isLong(shortest.idle())).toEqual(true);
  });

  test('stays away as long as the source asks for', () => {
    const pace = new Pace({ ...DEFAULT_TAIL, jitter: 0 });
    expect([pace.failed(30), pace.failed(undefined), pace.failed(1)]).toEqual([30_000, 2_000, 4_000]);
  });
});
