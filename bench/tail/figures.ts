/** The value below which that part of the values lies (nearest rank); NaN for none. */
function percentile(sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

/** p50 / p95 / p99 / largest, in milliseconds. */
export function describeLatencies(latencies: readonly number[]): string {
  const sorted = Float64Array.from(latencies).sort();
  const figures = [0.5, 0.95, 0.99, 1].map((part) => Math.round(percentile(sorted, part)));
  return figures.map((figure) => (Number.isNaN(figure) ? '-' : String(figure))).join(' / ');
}

export function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1024 / 1024));
}

/** Writes rows as a markdown table. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `logs 60, job 12`. */
export function describeCalls(calls: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(calls).sort(([a], [b]) => a.localeCompare(b));
  return kinds.map(([kind, count]) => `${kind} ${count}`).join(', ') || 'none';
}
