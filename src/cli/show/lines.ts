import { formatJob } from '../../domain/job-reference.ts';
import type { JobRef } from '../../domain/job.ts';
import { terminalCell, terminalJson, terminalText } from '../../domain/terminal-text.ts';
import { FORMATS } from '../../export/formats.ts';
import type { LogRecord } from '../../export/record.ts';
import type { LineFilter } from '../../federation/api.ts';
import { Misuse } from '../options/misuse.ts';
import type { Surroundings } from '../surroundings.ts';
import { highlighterOf } from './highlight.ts';
import { formatOf } from './output-choice.ts';
import type { OutputFormat, OutputOptions } from './output-choice.ts';
import { painterOf, SEVERITY_STYLES } from './paint.ts';
import type { ColorOptions, Paint, Style } from './paint.ts';
import { parseTemplate } from './template.ts';
import { showTimeOf } from './times.ts';
import type { ZoneOptions } from './times.ts';

export interface LineOptions extends OutputOptions, ZoneOptions, ColorOptions {
  /** True: print the job before each line. Default: if lines of several jobs may appear. */
  readonly prefix?: boolean | undefined;
  /** True: print messages unchanged, with escape sequences that a terminal interprets. */
  readonly raw?: boolean | undefined;
  readonly template?: string | undefined;
}

/** The format of lines in an output. */
export interface LineForm {
  readonly head: string;
  line(record: LogRecord): string;
  /** The separator between lines that are not consecutive. */
  readonly gap: string;
  /** The text after the last line. */
  end(): string;
}

export interface LineSettings {
  /** The jobs known at the start. */
  readonly jobs: readonly JobRef[];
  /** True if more jobs may join. */
  readonly mayJoin?: boolean;
  readonly filter: LineFilter;
  /** True if the lines never end. Then they cannot form a JSON document. */
  readonly isEndless?: boolean;
}

/** Throws `Misuse` for options that contradict each other. */
export function lineFormOf(options: LineOptions, settings: LineSettings, surroundings: Surroundings): LineForm {
  const format = formatOf(options, { json: 'ndjson' });
  if (options.template !== undefined && (options.json === true || options.output?.format !== undefined))
    throw new Misuse('--template and -o cannot both say how.');
  const plain = { head: '', gap: '', end: () => '' };
  if (format === 'json' && settings.isEndless !== true) return jsonDocument();
  if (format === 'csv') return { ...plain, head: FORMATS.csv.head, line: (record) => FORMATS.csv.line(record) };
  if (format === 'json' || format === 'ndjson') return { ...plain, line: (record) => FORMATS.ndjson.line(record) };
  return { ...plain, ...linesForPeople(format, options, settings, surroundings) };
}

/** A JSON array with one line per row. */
function jsonDocument(): LineForm {
  let count = 0;
  return {
    head: '[',
    gap: '',
    line(record) {
      count += 1;
      return `${count === 1 ? '' : ','}\n${terminalJson(record)}`;
    },
    end: () => (count === 0 ? ']\n' : '\n]\n'),
  };
}

function linesForPeople(
  format: OutputFormat,
  options: LineOptions,
  { jobs, filter, mayJoin = false }: LineSettings,
  surroundings: Surroundings,
): Pick<LineForm, 'line' | 'gap'> {
  const paint = painterOf(options, surroundings);
  const time = showTimeOf(options, surroundings);
  const message = messageWriter(options, filter, paint);
  const gap = `${paint(['dim'], '--')}\n`;
  if (options.template !== undefined) {
    const write = parseTemplate(options.template);
    return { gap, line: (record) => write(record, { time, message }) };
  }
  const prefixes = new JobPrefixes(jobs, paint);
  const isWide = format === 'wide';
  const showJob = options.prefix ?? (isWide || mayJoin || jobs.length > 1);
  return {
    gap,
    line(record) {
      const { severity, source, job: key } = record;
      const word = (severity === 'UNSPECIFIED' ? '-' : severity).padEnd(5);
      const parts = [
        paint(['dim'], time(record.timestamp)),
        paint(SEVERITY_STYLES[severity], word),
        ...(showJob ? [prefixes.of({ source, key }, isWide)] : []),
        ...(isWide ? placesOf(record) : []),
        message(record.message),
      ];
      return `${parts.join(' ')}\n`;
    },
  };
}

function messageWriter({ raw = false }: LineOptions, filter: LineFilter, paint: Paint): (message: string) => string {
  if (raw) return (message) => message;
  const isPainted = paint(['bold'], '') !== '';
  const highlight = isPainted ? highlighterOf(filter, (text) => paint(['bold', 'redBright'], text)) : null;
  return (message) => terminalText(message, highlight ?? undefined);
}

/** The keys that `--attempt`, `--step` and `--task` take. */
function placesOf(record: LogRecord): readonly string[] {
  return (['attempt', 'step', 'task'] as const).flatMap((part) => {
    const key = record[part];
    return key === null ? [] : [`${part}=${terminalCell(key)}`];
  });
}

const UUID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** Colours of prefixes, without those of errors. */
const STYLES: readonly (readonly Style[])[] = [['cyan'], ['magenta'], ['blueBright'], ['green'], ['yellow'], ['blue']];

/** The names of jobs in front of their lines. UUIDs are cut to their first part if that still tells the jobs apart. */
class JobPrefixes {
  readonly #paint: Paint;
  /** Short names with the jobs that share them. */
  readonly #short = new Map<string, Set<string>>();
  readonly #styles = new Map<string, readonly Style[]>();

  constructor(jobs: readonly JobRef[], paint: Paint) {
    this.#paint = paint;
    for (const job of jobs) this.#know(formatJob(job));
  }

  of(job: JobRef, isWhole: boolean): string {
    const name = formatJob(job);
    const short = this.#know(name);
    const isAlone = this.#short.get(short)?.size === 1;
    return this.#paint(this.#styles.get(name) ?? [], terminalCell(isAlone && !isWhole ? short : name));
  }

  #know(name: string): string {
    const short = name.replaceAll(UUID, '$1');
    this.#short.set(short, (this.#short.get(short) ?? new Set()).add(name));
    if (!this.#styles.has(name)) this.#styles.set(name, STYLES[this.#styles.size % STYLES.length] ?? []);
    return short;
  }
}
