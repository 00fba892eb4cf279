import { shownStart } from './ansi.ts';
import { isRecord } from './json.ts';
import { BEGINS_WITH_TIME, FORMATS, PREFIXES, WORD } from './severity-formats.ts';
import { NO_SEVERITY, SEVERITY_FLOOR, severityNumberOfWord } from './severity.ts';
import type { Severity } from './severity.ts';

/**
 * Infers a severity from a log line, for sources that have none. Only deliberate conventions count (a level field, a
 * level word where log formats put it, a language's own error output); a word in a sentence does not. The result is
 * marked INFERRED, or NONE if nothing was found.
 */
export function inferSeverity(message: string): Severity {
  const shown = shownStart(message, LARGEST_JSON + 1).trimStart();
  const onStandardError = shown.startsWith(STANDARD_ERROR);
  const found = severityOfLine(onStandardError ? shown.slice(STANDARD_ERROR.length) : shown);
  if (found !== null) return found;
  // Standard error carries progress bars and notices as well as errors, so it counts as WARN only.
  return onStandardError ? inferred(SEVERITY_FLOOR.WARN, null) : NO_SEVERITY;
}

/** The prefix that some launchers put before lines of standard error. */
const STANDARD_ERROR = '[stderr] ';

/** Only the start of a line is searched for a level. */
const LOOKED_AT = 240;
/** A longer line is not parsed as JSON just to find its level. */
const LARGEST_JSON = 64 * 1024;
/** Upper bound on launcher prefixes to skip. */
const MOST_PREFIXES = 5;

/** The severity of the first line, or of the text after the prefixes that launchers add to it. */
function severityOfLine(shown: string): Severity | null {
  const end = shown.indexOf('\n');
  const line = shown.slice(0, Math.min(end === -1 ? LOOKED_AT : end, LOOKED_AT));
  let start = 0;
  for (let prefixes = 0; ; prefixes += 1) {
    const text = line.slice(start);
    if (text.startsWith('{')) return severityOfJson(shown.slice(start).trim());
    const found = severityOfFormat(text) ?? ofWord(capitalWord(text));
    if (found !== null) return found;
    const length = prefixes < MOST_PREFIXES ? lengthOfPrefix(text) : 0;
    if (length === 0) return ofWord(levelOfPairs(line));
    start += length;
  }
}

/** Matches wherever one of the patterns does, and where one would in the other case: of most lines one look is enough. */
function anyOf(patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'), 'i');
}

const ANY_FORMAT = anyOf(FORMATS.map(({ pattern }) => pattern));
const ANY_PREFIX = anyOf(PREFIXES);

function severityOfFormat(text: string): Severity | null {
  if (!ANY_FORMAT.test(text)) return null;
  for (const { pattern, number } of FORMATS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const found = number === undefined ? ofWord(match[1]) : inferred(number, null);
    if (found !== null) return found;
  }
  return null;
}

function lengthOfPrefix(text: string): number {
  if (!ANY_PREFIX.test(text)) return 0;
  for (const prefix of PREFIXES) {
    const length = prefix.exec(text)?.[0].length ?? 0;
    if (length > 0) return length;
  }
  return 0;
}

function inferred(number: number, text: string | null): Severity {
  return { number, text, source: 'INFERRED' };
}

/** The severity of a level word, a one-letter level, or a syslog priority. */
function ofWord(word: string | undefined): Severity | null {
  if (word === undefined) return null;
  const number = severityNumberOfWord((word.length === 1 ? WORD_OF_LETTER[word] : word) ?? '');
  return number === 0 ? null : inferred(number, word);
}

const WORD_OF_LETTER: Readonly<Record<string, string>> = {
  ...{ V: 'verbose', D: 'debug', I: 'info', W: 'warning', E: 'error', C: 'critical', F: 'fatal' },
  ...{ 0: 'emergency', 1: 'alert', 2: 'critical', 3: 'error', 4: 'warning', 5: 'notice', 6: 'info', 7: 'debug' },
};

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
  // Go's hclog, Serilog, and the journal of systemd.
  '@level',
  'Level',
  '@l',
  'PRIORITY',
] as const;

/** Levels of pino and bunyan: steps of ten, 30 is info. */
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
  // Elastic nests `log.level`; loguru puts everything into `record`.
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

/** The next pair of logfmt, or the next word; a quoted text is one value. */
const PAIR = /([\w.]{1,40})=("(?:[^"\\]|\\.)*"?|\S*)|"(?:[^"\\]|\\.)*"?|\S+/g;

const PAIR_KEYS: ReadonlySet<string> = new Set(['level', 'lvl', 'severity', 'levelname', 'log_level', 'log.level']);

/** The level of a line of pairs: `time=… level=info msg="…"`. */
function levelOfPairs(line: string): string | undefined {
  if (!line.includes('=')) return undefined;
  for (const [, key = '', value = ''] of line.matchAll(PAIR)) {
    const word = PAIR_KEYS.has(key) ? (/^"?([A-Za-z]{1,20})(?![\w-])/.exec(value)?.[1] ?? '') : '';
    if (severityNumberOfWord(word) > 0) return word;
  }
  return undefined;
}

const CAPITAL_WORD = new RegExp(`^(?:${WORD})$`);

/** The upper-case level in a line that starts with a date or time; a logger's name and separators may come before it. */
function capitalWord(text: string): string | undefined {
  if (!BEGINS_WITH_TIME.test(text)) return undefined;
  return text
    .slice(0, 120)
    .split(/[\s|,;()[\]<>]+/)
    .filter((token) => token !== '' && token !== '-')
    .slice(0, 6)
    .map((token) => token.replace(/:.*$/, ''))
    .find((token) => CAPITAL_WORD.test(token));
}
