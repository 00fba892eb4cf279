import { shownText } from './ansi.ts';
import { NO_SEVERITY, SEVERITY_FLOOR, severityNumberOfWord } from './severity.ts';
import type { Severity } from './severity.ts';

/**
 * Reads a severity out of what a log line shows, for sources that have none of their own. Only conventions that say
 * a level on purpose count (a level field, a level word where formats put it, a language's own error
 * output); a word in a sentence does not. What is found is marked INFERRED, the rest is NONE.
 */
export function inferSeverity(message: string): Severity {
  const shown = shownText(message.slice(0, LARGEST_JSON + 1));
  const line = firstLine(shown);
  const onStandardError = line.startsWith(STANDARD_ERROR);
  const text = onStandardError ? line.slice(STANDARD_ERROR.length) : line;
  const found = text.startsWith('{') ? severityOfJson(textAfter(shown, onStandardError)) : severityOfText(text);
  if (found !== null) return found;
  // Standard error holds progress bars and notices beside errors: worth a look, no more.
  return onStandardError ? inferred(SEVERITY_FLOOR.WARN, null) : NO_SEVERITY;
}

/** What some launchers put before what a process wrote to its standard error. */
const STANDARD_ERROR = '[stderr] ';

/** A level stands near the start of a line; more is not looked at. */
const LOOKED_AT = 240;
/** A longer line is not parsed as JSON only to find its level. */
const LARGEST_JSON = 64 * 1024;

function firstLine(text: string): string {
  return (/[^\s].*/.exec(text.slice(0, LOOKED_AT * 2))?.[0] ?? '').slice(0, LOOKED_AT);
}

function textAfter(message: string, onStandardError: boolean): string {
  const text = message.trim();
  return onStandardError ? text.slice(text.indexOf('{')) : text;
}

function inferred(number: number, text: string | null): Severity {
  return { number, text, source: 'INFERRED' };
}

function ofWord(word: string | undefined): Severity | null {
  const number = word === undefined ? 0 : severityNumberOfWord(word);
  return number === 0 ? null : inferred(number, word ?? null);
}

const LEVEL_KEYS = [
  'level',
  'severity',
  'levelname',
  'level_name',
  'log_level',
  'loglevel',
  'logLevel',
  'lvl',
  'log.level',
  'severity_text',
  'severityText',
] as const;

/** Numbers of pino and bunyan under `level`: ten apart, 30 is info. */
const NUMBER_OF_LEVEL: Readonly<Record<string, number>> = { 10: 1, 20: 5, 30: 9, 40: 13, 50: 17, 60: 21 };

function severityOfJson(text: string): Severity | null {
  if (text.length > LARGEST_JSON) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(parsed) ? severityOfRecord(parsed) : null;
}

function severityOfRecord(record: Readonly<Record<string, unknown>>): Severity | null {
  for (const key of LEVEL_KEYS) {
    const value = own(record, key);
    const found = severityOfValue(isRecord(value) ? own(value, 'name') : value);
    if (found !== null) return found;
  }
  const number = own(record, 'severity_number') ?? own(record, 'severityNumber');
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 24) {
    return inferred(number, null);
  }
  // Elastic nests `log.level`, loguru puts everything into `record`.
  const nested = own(record, 'log') ?? own(record, 'record');
  return isRecord(nested) ? severityOfValue(nameOf(own(nested, 'level'))) : null;
}

function nameOf(level: unknown): unknown {
  return isRecord(level) ? own(level, 'name') : level;
}

function severityOfValue(value: unknown): Severity | null {
  if (typeof value === 'string') return ofWord(value.trim());
  if (typeof value !== 'number') return null;
  const number = NUMBER_OF_LEVEL[String(value)];
  return number === undefined ? null : inferred(number, String(value));
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Level words that are taken for one in running text; `fine`, `ok` or `note` begin too many sentences. */
const WORD =
  'TRACE|DEBUG|VERBOSE|INFO|INFORMATION|NOTICE|SUCCESS|WARN|WARNING|ERROR|ERR|SEVERE|ALERT|CRITICAL|CRIT|FATAL|EMERG|EMERGENCY|PANIC';

/** `I0227 23:17:01.123456 …` of glog and klog, also in brackets and after a rank. */
const GLOG = /^(?:\[\w{1,20}\]:? ?)?\[?([DIWEF])\d{4} \d{2}:\d{2}:\d{2}/;
/** `[I 2026-02-27 …]` of tornado and its like, also with a name before the letter. */
const LETTER_IN_BRACKETS = /^\[(?:\w{1,20} )?([DIWEC]) (?:\d{2,4}-?\d{2}-?\d{2}|\w{1,40}:\d+)/;
const IN_BRACKETS = new RegExp(`^[[(<](${WORD})[\\])>]`, 'i');
/** `error: …`, `WARNING:root:…`, `Error - …`. */
const BEFORE_COLON = new RegExp(`^(${WORD})(?: ?:| - | \\| )`, 'i');
const LOGFMT = /(?:^|\s)(?:level|lvl|severity|levelname|log_level)="?([A-Za-z]{1,20})\b/;
const CAPITAL_WORD = new RegExp(`^(?:${WORD})$`);
const PYTHON_WARNING = /^\S{1,200}:\d{1,7}: [A-Za-z]{0,60}Warning: /;
const EXCEPTION = /^(?:Traceback \(most recent call last\):|[\w.]{0,120}(?:Error|Exception)(?::|$))/;

const WORD_OF_LETTER: Readonly<Record<string, string>> = {
  D: 'debug',
  I: 'info',
  W: 'warning',
  E: 'error',
  C: 'critical',
  F: 'fatal',
};

function severityOfText(text: string): Severity | null {
  const letter = (GLOG.exec(text) ?? LETTER_IN_BRACKETS.exec(text))?.[1];
  if (letter !== undefined) return inferred(severityNumberOfWord(WORD_OF_LETTER[letter] ?? ''), letter);
  const word = (IN_BRACKETS.exec(text) ?? BEFORE_COLON.exec(text) ?? LOGFMT.exec(text))?.[1];
  const found = ofWord(word) ?? ofWord(capitalWord(text));
  if (found !== null) return found;
  if (EXCEPTION.test(text)) return inferred(SEVERITY_FLOOR.ERROR, null);
  return PYTHON_WARNING.test(text) ? inferred(SEVERITY_FLOOR.WARN, null) : null;
}

/** A date, a time, a logger's name and a level in capitals, in whatever order and with whatever between them. */
function capitalWord(text: string): string | undefined {
  return text
    .slice(0, 120)
    .split(/[\s|,;()[\]<>]+/)
    .filter((token) => token !== '' && token !== '-')
    .slice(0, startsWithTime(text) ? 6 : 1)
    .map((token) => token.replace(/:.*$/, ''))
    .find((token) => CAPITAL_WORD.test(token));
}

function startsWithTime(text: string): boolean {
  return /^[[(]?\d{4}[-/]\d{2}[-/]\d{2}|^[[(]?\d{2}:\d{2}:\d{2}/.test(text);
}
