import { parseInstant } from '../../domain/time.ts';

/** A duration in whole seconds, shown by its two largest units. `-` if the start or the end is unknown. */
export function durationOf(startedAt: string | null, finishedAt: string | null): string {
  const [start, end] = [startedAt, finishedAt].map((time) => parseInstant(time ?? '')?.nanoseconds);
  if (start === undefined || end === undefined || end < start) return '-';
  const seconds = Number((end - start) / 1_000_000_000n);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const first = parts.findIndex((part) => part > 0);
  const shown = first === -1 ? [2] : [0, 1, 2].slice(first, first + 2);
  return shown.map((index) => `${parts[index] ?? 0}${['h', 'm', 's'][index] ?? ''}`).join('');
}
