/**
 * Severity in OpenTelemetry's terms: a number from 0 to 24, and the short name of its range.
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */

export const LOG_SEVERITIES = ['UNSPECIFIED', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogSeverity = (typeof LOG_SEVERITIES)[number];

/** The origin of a severity: the vendor gave it, it was inferred from the message, or it is unknown. */
export const SEVERITY_SOURCES = ['VENDOR', 'INFERRED', 'NONE'] as const;
export type SeveritySource = (typeof SEVERITY_SOURCES)[number];

/** The severity of one line. `text` is the vendor's own word, verbatim. */
export interface Severity {
  readonly number: number;
  readonly text: string | null;
  readonly source: SeveritySource;
}

export const NO_SEVERITY: Severity = { number: 0, text: null, source: 'NONE' };

/** The lowest number of each range; UNSPECIFIED is 0. */
export const SEVERITY_FLOOR: Readonly<Record<LogSeverity, number>> = {
  UNSPECIFIED: 0,
  TRACE: 1,
  DEBUG: 5,
  INFO: 9,
  WARN: 13,
  ERROR: 17,
  FATAL: 21,
};

/** The range of a severity number; anything outside 1 to 24 is UNSPECIFIED. */
export function severityOf(number: number): LogSeverity {
  if (number < 1 || number > 24) return 'UNSPECIFIED';
  return LOG_SEVERITIES[Math.ceil(number / 4)] ?? 'UNSPECIFIED';
}

/**
 * Common level words and their numbers. Two are contested: CRITICAL is 21 here (Python, .NET and ETW; syslog says 18)
 * and PANIC is 22 (OpenTelemetry's zap bridge; the appendix of its specification says 19), so that both are FATAL.
 */
const NUMBER_OF_WORD: Readonly<Record<string, number>> = {
  trace: 1,
  trc: 1,
  finest: 1,
  verbose: 5,
  debug: 5,
  dbg: 5,
  dbug: 5,
  finer: 5,
  fine: 6,
  config: 7,
  info: 9,
  inf: 9,
  information: 9,
  informational: 9,
  success: 9,
  ok: 9,
  completed: 9,
  notice: 10,
  note: 10,
  warn: 13,
  wrn: 13,
  warning: 13,
  deprecation: 13,
  error: 17,
  err: 17,
  eror: 17,
  severe: 17,
  fail: 17,
  failed: 17,
  failure: 17,
  alert: 19,
  emergency: 21,
  emerg: 21,
  fatal: 21,
  critical: 21,
  crit: 21,
  panic: 22,
};

/** The number of a level word, case-insensitive; 0 if it is not a known level word. */
export function severityNumberOfWord(word: string): number {
  const key = word.toLowerCase();
  return Object.hasOwn(NUMBER_OF_WORD, key) ? (NUMBER_OF_WORD[key] ?? 0) : 0;
}
