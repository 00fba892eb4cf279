import { test } from 'vitest';
import { AfterClock } from '../../../src/pagination/time-keyset/after-clock.ts';
import { PageSize } from '../../../src/pagination/core/page-size.ts';
import { PageCap } from '../../../src/pagination/time-keyset/page-cap.ts';
import { timeKeysetPartition } from '../../../src/pagination/time-keyset/time-keyset.ts';
import type { Line } from '../fake-natives.ts';
import { bothWays, byId, copies, holds, LAW, LIMIT, LINES, MILLISECOND } from './law.ts';
import type { Lie } from './law.ts';

function timeLie(
  name: string,
  cut: (after: bigint) => bigint,
  isInclusive = false,
  lie: 'none' | 'ignores after' = 'none',
): Lie {
  return {
    name,
    partition: (asked) =>
      timeKeysetPartition<Line>({
        key: '',
        size: new PageSize(LIMIT),
        cap: new PageCap(),
        identity: byId,
        clock: new AfterClock(1_000n),
        classes: ['INFO'],
        fetch: ({ order, after, within }) => {
          asked();
          let found = copies(LINES).filter((line) => within === null || line.level === within);
          if (after !== null && lie === 'none') {
            const bound = cut(after);
            found = found.filter(
              ({ time }) => (isInclusive && time === bound) || (order === 'ascending' ? time > bound : time < bound),
            );
          }
          if (order === 'descending') found.reverse();
          return Promise.resolve({ rows: found.slice(0, LIMIT), more: found.length > LIMIT, total: found.length });
        },
      }),
  };
}

const floor = (step: bigint) => (after: bigint) => after - (after % step);

const LIES: readonly Lie[] = [
  timeLie('microseconds', floor(1_000n)),
  timeLie('milliseconds', floor(MILLISECOND)),
  timeLie('seconds', floor(1_000n * MILLISECOND)),
  timeLie('inclusive', floor(1_000n), true),
  timeLie('milliseconds, inclusive', floor(MILLISECOND), true),
  timeLie('ignores after', (after) => after, false, 'ignores after'),
];

test.each(bothWays(LIES))(LAW, holds);
