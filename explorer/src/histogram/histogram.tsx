/** Lines over time by severity. It is also how a time is chosen: press to go there, drag to narrow the log to a range. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useInView } from '../state/in-view.ts';
import { useSettings } from '../state/settings.ts';
import { logFilterOf, navigate, shownJobs } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { clock } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';
import { Bars } from './bars.tsx';
import { Caption } from './caption.tsx';
import { countsOf, describeCounts } from './groups.ts';
import type { Bucket } from './groups.ts';
import { axisOf } from './scale.ts';
import { useHistogram } from './use-histogram.ts';
import type { HistogramData } from './use-histogram.ts';
import { useRange } from './use-range.ts';

type Zone = 'local' | 'utc';

export function Histogram({ view, isLive }: { view: View; isLive: boolean }): ReactNode {
  const { zone, histogram } = useSettings();
  const { data, isStale, error } = useHistogram(
    { jobs: shownJobs(view), filter: logFilterOf(view) },
    isLive,
    histogram,
  );
  if (!histogram) return null;
  const buckets = data?.buckets ?? [];
  return (
    <section className={isStale ? 'histogram histogram-stale' : 'histogram'} aria-label="Lines over time">
      <Caption data={data} error={error} view={view} zone={zone} />
      {buckets.length === 0 ? (
        <div className="plot plot-empty" />
      ) : (
        <Plot buckets={buckets} covered={data === null ? 0 : firstCovered(data)} zone={zone} />
      )}
      <Axis buckets={buckets} zone={zone} />
    </section>
  );
}

function firstCovered({ buckets, coveredFrom, isPartial }: HistogramData): number {
  if (!isPartial || coveredFrom === null) return 0;
  return Math.max(
    0,
    buckets.findIndex(({ until }) => Date.parse(until) > Date.parse(coveredFrom)),
  );
}

interface PlotProps {
  readonly buckets: readonly Bucket[];
  readonly covered: number;
  readonly zone: Zone;
}

function Plot({ buckets, covered, zone }: PlotProps): ReactNode {
  const { chosen, cursor, handlers } = useRange(buckets.length, (first, last) => {
    const since = buckets[first]?.from ?? null;
    const until = buckets[last]?.until ?? null;
    if (first === last) navigate({ line: null, at: since }, { readAgain: true });
    else navigate({ since, until, line: null, at: null });
  });
  const [first, last] = chosen ?? [cursor ?? 0, cursor ?? 0];
  const words = describe(buckets.slice(first, last + 1), zone);
  const share = (index: number): string => `${(index / buckets.length) * 100}%`;
  return (
    <div
      className="plot"
      role="slider"
      tabIndex={0}
      aria-label="Time: arrows move, Shift widens, Enter chooses"
      aria-valuemin={0}
      aria-valuemax={buckets.length - 1}
      aria-valuenow={cursor ?? 0}
      aria-valuetext={words}
      {...handlers}
    >
      <Bars buckets={buckets} covered={covered} />
      <InViewMark buckets={buckets} />
      {cursor !== null && (
        <div
          className={chosen === null ? 'plot-cursor' : 'plot-cursor plot-chosen'}
          style={{ left: share(first), width: share(last - first + 1) }}
        />
      )}
      {cursor !== null && (
        <div
          className="plot-tip"
          style={first * 2 > buckets.length ? { right: share(buckets.length - first) } : { left: share(last + 1) }}
        >
          {words}
        </div>
      )}
    </div>
  );
}

/** Where the lines on the screen are. */
function InViewMark({ buckets }: { buckets: readonly Bucket[] }): ReactNode {
  const inView = useInView();
  const begin = Date.parse(buckets[0]?.from ?? '');
  const length = Date.parse(buckets.at(-1)?.until ?? '') - begin;
  if (inView === null || !(length > 0)) return null;
  const at = (time: string): number => Math.max(0, Math.min(100, ((Date.parse(time) - begin) / length) * 100));
  const left = at(inView.from);
  return <div className="plot-in-view" style={{ left: `${left}%`, width: `${at(inView.until) - left}%` }} />;
}

function Axis({ buckets, zone }: { buckets: readonly Bucket[]; zone: Zone }): ReactNode {
  const now = useNow();
  const labels = useMemo(() => axisOf(buckets, zone, now), [buckets, zone, now]);
  return (
    <div className="axis" aria-hidden="true">
      {labels.map((label, index) => (
        <span key={index}>{label}</span>
      ))}
    </div>
  );
}

function describe(buckets: readonly Bucket[], zone: Zone): string {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return '';
  const total = buckets.reduce((sum, bucket) => sum + bucket.total, 0);
  const time = (text: string): string => clock(text, zone).slice(0, 10);
  return `${time(first.from)} – ${time(last.until)}: ${describeCounts(total, countsOf(buckets))}`;
}
