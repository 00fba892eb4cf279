/** The drawing of the histogram: a stack of severities per bucket. It has no text: the caption beside it says what it shows. */
import { memo } from 'react';
import type { ReactNode } from 'react';
import { countsOf, GROUPS } from './groups.ts';
import type { Bucket } from './groups.ts';

const HEIGHT = 100;
/** One error among a thousand lines is still seen. */
const LEAST_HEIGHT = 6;
const GAP = 0.18;

interface Bar {
  readonly className: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** Counts of one bucket as bars, from the bottom up. */
function barsOf(bucket: Bucket, x: number, most: number): readonly Bar[] {
  const counts = countsOf([bucket]);
  const bars: Bar[] = [];
  let top = HEIGHT;
  for (const group of GROUPS) {
    if (counts[group] === 0) continue;
    const height = Math.min(top, Math.max(LEAST_HEIGHT, (counts[group] / most) * HEIGHT));
    top -= height;
    bars.push({ className: `bar bar-${group}`, x, y: top, height });
  }
  return bars;
}

interface BarsProps {
  readonly buckets: readonly Bucket[];
  /** The first bucket in which all lines are counted. */
  readonly covered: number;
}

export const Bars = memo(function Bars({ buckets, covered }: BarsProps): ReactNode {
  const most = Math.max(1, ...buckets.map(({ total }) => total));
  return (
    <svg className="bars" viewBox={`0 0 ${buckets.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {covered > 0 && <rect className="bars-uncovered" x={0} y={0} width={covered} height={HEIGHT} />}
      {buckets.flatMap((bucket, index) =>
        barsOf(bucket, index, most).map(({ className, x, y, height }) => (
          <rect key={`${x} ${className}`} className={className} x={x + GAP / 2} y={y} width={1 - GAP} height={height} />
        )),
      )}
    </svg>
  );
});
