import type { Settings } from '../state/settings.ts';

type Zone = Settings['zone'];

const two = (value: number): string => String(value).padStart(2, '0');

/** `09:30:00.123`: the milliseconds of a time that may have nanoseconds. */
export function clock(time: string, zone: Zone): string {
  const date = new Date(time);
  const fraction = (/\.(\d+)/.exec(time)?.[1] ?? '').slice(0, 3).padEnd(3, '0');
  const [hours, minutes, seconds] =
    zone === 'utc'
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
      : [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction}`;
}

/** `2026-03-01`: tells days apart. */
export function day(time: string, zone: Zone): string {
  const date = new Date(time);
  return zone === 'utc'
    ? `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
    : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const DAY_FORMATS: Readonly<Record<Zone, Intl.DateTimeFormat>> = {
  local: new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  utc: new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }),
};

/** `Sunday 1 March 2026` */
export function longDay(time: string, zone: Zone): string {
  return DAY_FORMATS[zone].format(new Date(time));
}

const SHORT_DAYS: Readonly<Record<Zone, Intl.DateTimeFormat>> = {
  local: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }),
  utc: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }),
};

/** `1 Mar` */
export function shortDay(time: string, zone: Zone): string {
  return SHORT_DAYS[zone].format(new Date(time));
}

function inUnits(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** `12m ago`; a time that is still to come is `in 3m`. */
export function ago(time: string, now: number): string {
  const seconds = Math.round((now - Date.parse(time)) / 1000);
  if (Math.abs(seconds) < 2) return 'now';
  return seconds < 0 ? `in ${inUnits(-seconds)}` : `${inUnits(seconds)} ago`;
}

/** `3m 20s`, `1h 5m`, `420ms` */
export function duration(from: string, to: number): string {
  const milliseconds = Math.max(0, to - Date.parse(from));
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}
