import { severityPasses } from '../../src/domain/log-filter.ts';
import { SEVERITY_FLOOR } from '../../src/domain/severity.ts';
import type { LogSeverity } from '../../src/domain/severity.ts';
import { parseInstant } from '../../src/domain/time.ts';
import type { LineFilter, LogHistogram } from '../../src/federation/api.ts';

/** Histograms beside the lines that they count. */

export interface CountedLine {
  readonly time: bigint;
  readonly severity: LogSeverity;
}

type Counts = Readonly<Partial<Record<LogSeverity, number>>>;

const nanoseconds = (text: string): bigint => parseInstant(text)!.nanoseconds;

export function keptBy({ since, until, ...filter }: LineFilter): (line: CountedLine) => boolean {
  const [from, before] = [since, until].map((text) => (text === undefined ? null : nanoseconds(text)));
  return ({ time, severity }) =>
    (from === null || time >= from!) &&
    (before === null || time < before!) &&
    severityPasses(SEVERITY_FLOOR[severity], filter);
}

function countsOf(lines: readonly CountedLine[]): Counts {
  const counts: Partial<Record<LogSeverity, number>> = {};
  for (const { severity } of lines) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}

/** The spans that the histogram says are covered: what it counts in each, and what is true. */
export function compared(
  { buckets, from: begin, coveredFrom }: LogHistogram,
  lines: readonly CountedLine[],
  filter: LineFilter,
) {
  const kept = lines.filter(keptBy(filter));
  const covered = coveredFrom === null ? 0n : nanoseconds(coveredFrom);
  const spans = buckets.filter(({ until }) => nanoseconds(until) > covered);
  // The first one may begin before what is covered.
  const isCut = coveredFrom !== begin && spans[0] !== undefined && nanoseconds(spans[0].from) < covered;
  const whole = isCut ? spans.slice(1) : spans;
  return {
    said: whole.map(({ counts }) => Object.fromEntries(counts.map(({ severity, count }) => [severity, count]))),
    true: whole.map(({ from, until }) =>
      countsOf(kept.filter(({ time }) => time >= nanoseconds(from) && time < nanoseconds(until))),
    ),
  };
}
