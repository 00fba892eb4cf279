import type { Surroundings } from '../surroundings.ts';

export interface ZoneOptions {
  readonly utc?: boolean | undefined;
  /** True: show times in the local zone (`TZ`), with its offset. */
  readonly local?: boolean | undefined;
}

/** Formats a time of the graph (RFC 3339, UTC) for people. */
export type ShowTime = (time: string) => string;

export function showTimeOf(
  { local = false }: ZoneOptions,
  { environment }: Pick<Surroundings, 'environment'>,
): ShowTime {
  return local ? localTime(environment['TZ']) : (time) => time;
}

/** Converts times to a zone's offset, and keeps every digit of the fraction. */
function localTime(zone: string | undefined): ShowTime {
  const offsetAt = offsetsOf(zone);
  return (time) => {
    const at = Date.parse(time);
    if (Number.isNaN(at)) return time;
    const minutes = offsetAt(at);
    const fraction = /\.\d+(?=Z$)/.exec(time)?.[0] ?? '';
    const moved = new Date(Math.floor(at / 1_000) * 1_000 + minutes * 60_000).toISOString().slice(0, -5);
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `${moved}${fraction}${minutes < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(rest)}`;
  };
}

/** The offset of a zone from UTC in minutes, positive to the east. An unknown zone falls back to the system's zone. */
function offsetsOf(zone: string | undefined): (at: number) => number {
  const system = (at: number): number => -new Date(at).getTimezoneOffset();
  if (zone === undefined || zone === '') return system;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    return system;
  }
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    const ahead = Number(hours) * 60 + Number(minutes);
    return sign === '-' ? -ahead : ahead;
  };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** A short time, like `ls`: month to minute or second within this year, otherwise the day. */
export function shortTime(at: string | null, time: ShowTime, until: 'minute' | 'second'): string {
  if (at === null) return '-';
  const shown = time(at);
  const isThisYear = shown.slice(0, 4) === time(new Date().toISOString()).slice(0, 4);
  return isThisYear ? shown.slice(5, until === 'minute' ? 16 : 19).replace('T', ' ') : shown.slice(0, 10);
}
