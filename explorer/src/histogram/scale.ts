/** What the bars of the histogram measure, in words: how long each is, how many lines the highest holds, and when. */
import type { Settings } from '../state/settings.ts';
import { countWords } from '../ui/count-words.ts';
import { clock, day, duration, shortDay } from '../ui/time.ts';
import type { Bucket } from './groups.ts';

type Zone = Settings['zone'];

/** In a shorter time than this, times are told apart by their milliseconds. */
const SHORT_MILLISECONDS = 8_000;
/** A length below this has a decimal. */
const FEW_MILLISECONDS = 10_000;

/** `1.6s a bar, at most 5 lines` */
export function scaleOf(buckets: readonly Bucket[]): string {
  // The last one may be cut short.
  const [first] = buckets;
  if (first === undefined) return '';
  const milliseconds = Date.parse(first.until) - Date.parse(first.from);
  const most = Math.max(...buckets.map(({ total }) => total));
  return `${lengthOf(milliseconds)} a bar, at most ${countWords(most, 'line', 'lines')}`;
}

function lengthOf(milliseconds: number): string {
  if (milliseconds < 1) return '<1ms';
  return milliseconds >= 1000 && milliseconds < FEW_MILLISECONDS
    ? `${Math.round(milliseconds / 100) / 10}s`
    : duration(new Date(0).toISOString(), milliseconds);
}

/**
 * Five times below the bars. If they are of several days, each has its date. Otherwise the first has it, unless it is
 * today's.
 */
export function axisOf(buckets: readonly Bucket[], zone: Zone, now: number): readonly string[] {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (first === undefined || last === undefined) return [];
  const quarter = (part: number): string => buckets[Math.floor((buckets.length * part) / 4)]?.from ?? last.until;
  const times = [first.from, quarter(1), quarter(2), quarter(3), last.until];
  const days = new Set(times.map((time) => day(time, zone)));
  const isToday = days.has(day(new Date(now).toISOString(), zone));
  const isShort = Date.parse(last.until) - Date.parse(first.from) < SHORT_MILLISECONDS;
  const labels = times.map((time, index) => {
    const date = days.size > 1 || (index === 0 && !isToday) ? `${shortDay(time, zone)} ` : '';
    return date + clock(time, zone).slice(0, days.size > 1 ? 5 : isShort ? 12 : 8);
  });
  return labels.map((label, index) => (label === labels[index - 1] ? '' : label));
}
