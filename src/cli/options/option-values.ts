import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import { FAULT_FORMS, parseFault } from './fault.ts';
import { parseJobChoice } from '../choose/job-choice.ts';
import type { JobChoice } from '../choose/job-choice.ts';
import { LOG_SEVERITIES } from '../../domain/severity.ts';
import type { LogSeverity } from '../../domain/severity.ts';
import { EXPORT_FORMATS } from '../../export/formats.ts';
import type { ExportFormatName } from '../../export/formats.ts';
import { JOB_STATUSES } from '../../domain/status.ts';
import type { JobStatus } from '../../domain/status.ts';
import { parseInstant } from '../../domain/time.ts';
import type { SandboxFault } from '../../sandbox/index.ts';

/** Parsers of option values. Each throws `InvalidArgumentError` with what it expects. */

export function parsePort(text: string): number {
  return wholeNumber(text, 0, 65_535);
}

/** Parses a time. A duration means that long ago. */
export function parseTime(text: string): string {
  if (parseInstant(text) !== null) return text;
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const ago = days === undefined ? parseDuration(text) : Number(days) * DAY_MILLISECONDS;
  if (ago !== null && ago < Date.now()) return new Date(Date.now() - ago).toISOString();
  throw new InvalidArgumentError(
    'Expected a date and time as in RFC 3339, for example 2026-01-31T08:00:00Z, or how long ago, for example 10m, 2h or 3d.',
  );
}

const DAY_MILLISECONDS = 86_400_000;

/** Parses a span of time into the graph's form. */
export function parseSpan(text: string): string {
  const [, count = '', unit = ''] = /^([1-9]\d{0,8})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count === '')
    throw new InvalidArgumentError('Expected a whole number with its unit, for example 30s, 5m, 1h or 1d.');
  return unit === 'd' ? `${Number(count) * 24}h` : `${count}${unit}`;
}

/** Parses a number of lines or jobs, up to the size of one page. */
export function parseCount(text: string): number {
  return wholeNumber(text, 0, 1_000);
}

/** Parses a number of context lines. */
export function parseContext(text: string): number {
  return wholeNumber(text, 0, 100);
}

function wholeNumber(text: string, lowest: number, highest: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= lowest && number <= highest) return number;
  throw new InvalidArgumentError(`Expected a whole number from ${lowest} to ${highest}.`);
}

export function collectFault(text: string, before: readonly SandboxFault[] = []): readonly SandboxFault[] {
  const fault = parseFault(text);
  if (fault === null) throw new InvalidArgumentError(`Expected ${FAULT_FORMS}.`);
  return [...before, fault];
}

export function parseJob(text: string): JobChoice {
  const choice = parseJobChoice(text);
  if (choice === null) throw new InvalidArgumentError('Expected SOURCE:KEY, as `tributary jobs` prints it, or a name.');
  return choice;
}

export function collectJob(text: string, before: readonly JobChoice[] = []): readonly JobChoice[] {
  return [...before, parseJob(text)];
}

export function collectText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function collectStatus(text: string, before: readonly JobStatus[] = []): readonly JobStatus[] {
  return [...before, oneOf(JOB_STATUSES, text)];
}

export function parseFormat(text: string): ExportFormatName {
  const found = EXPORT_FORMATS.find((format) => format === text.toLowerCase());
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Expected one of ${EXPORT_FORMATS.join(', ')}.`);
}

export function parseSeverity(text: string): LogSeverity {
  return oneOf(LOG_SEVERITIES, text);
}

export function collectSeverity(text: string, before: readonly LogSeverity[] = []): readonly LogSeverity[] {
  return [...before, parseSeverity(text)];
}

function oneOf<T extends string>(values: readonly T[], text: string): T {
  const found = values.find((value) => value === text.toUpperCase());
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Expected one of ${values.join(', ')}.`);
}
