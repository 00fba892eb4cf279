/** Says in words what the histogram shows, and what it does not. Counts of errors and warnings narrow the log to them. */
import type { ReactNode } from 'react';
import type { ApiError } from '../api/request.ts';
import { logFilterOf, navigate } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { countWords } from '../ui/count-words.ts';
import { clock, day } from '../ui/time.ts';
import { countsOf } from './groups.ts';
import { scaleOf } from './scale.ts';
import type { HistogramData } from './use-histogram.ts';

interface CaptionProps {
  readonly data: HistogramData | null;
  readonly error: ApiError | null;
  readonly view: View;
  readonly zone: 'local' | 'utc';
}

export function Caption({ data, error, view, zone }: CaptionProps): ReactNode {
  if (error !== null) {
    // An error of the filter is shown in place of the lines.
    const reason = error.code === 'BAD_USER_INPUT' ? '' : ` ${error.message}`;
    return <p className="caption caption-warn">Lines cannot be counted.{reason}</p>;
  }
  if (data === null) return <p className="caption">Counting lines…</p>;
  const counts = countsOf(data.buckets);
  const { error: errors, warn, info, other } = counts;
  const isNarrowed = Object.keys(logFilterOf(view)).length > 0;
  // A single colour needs no legend.
  const isMixed = Object.values(counts).filter((count) => count > 0).length > 1;
  return (
    <p className="caption">
      <span>
        {countWords(data.total, 'line', 'lines')}
        {data.isPartial ? ' counted' : isNarrowed && (data.total === 1 ? ' matches' : ' match')}
      </span>
      {errors > 0 && (
        <button
          type="button"
          className="count count-error"
          onClick={() => {
            navigate({ level: 'ERROR', line: null, at: null });
          }}
        >
          {countWords(errors, 'error', 'errors')}
        </button>
      )}
      {warn > 0 && (
        <button
          type="button"
          className="count count-warn"
          onClick={() => {
            navigate({ level: 'WARN', line: null, at: null });
          }}
        >
          {countWords(warn, 'warning', 'warnings')}
        </button>
      )}
      {isMixed && info > 0 && <span className="count count-info">{info.toLocaleString('en')} info</span>}
      {isMixed && other > 0 && (
        <span className="count count-other" title="Debug, trace, and lines without a severity">
          {other.toLocaleString('en')} other
        </span>
      )}
      {data.isPartial && <span className="caption-warn">{whyPartial(data, zone)}</span>}
      {(view.since !== null || view.until !== null) && (
        <button
          type="button"
          className="link"
          onClick={() => {
            navigate({ since: null, until: null, line: null, at: null });
          }}
        >
          Show any time
        </button>
      )}
      {data.total > 0 && <span className="caption-scale">{scaleOf(data.buckets)}</span>}
    </p>
  );
}

function whyPartial({ from, coveredFrom, failures }: HistogramData, zone: 'local' | 'utc'): string {
  const [failure] = failures;
  if (failure !== undefined) return `Partial: ${failure.source} did not give all of its lines`;
  if (coveredFrom === null) return 'Partial: not all lines are counted';
  const isOtherDay = from !== null && day(from, zone) !== day(coveredFrom, zone);
  const time = `${isOtherDay ? `${day(coveredFrom, zone)} ` : ''}${clock(coveredFrom, zone).slice(0, 8)}`;
  return `Partial: only lines from ${time} on are counted`;
}
