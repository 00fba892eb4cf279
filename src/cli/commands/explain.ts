import type { ConnectedSource } from '../../config/sources.ts';
import { createCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { comparePositions } from '../../domain/ordered.ts';
import type { Direction, Position } from '../../domain/ordered.ts';
import { LOG_SEVERITIES, severityOf } from '../../domain/severity.ts';
import { parseInstant } from '../../domain/time.ts';
import type { LogReading } from '../../vendors/connector.ts';

/** What was read from one page of jobs and from some lines of one of them: does the source say what it is thought to say? */

/** As many lines are read, and as many jobs are looked through for one that has any. */
const MOST_LINES = 200;
const MOST_JOBS = 5;
const MOST_SAMPLES = 3;
/** A page may be empty. */
const MOST_BATCHES = 20;

export type Finding = readonly [what: string, found: string];

type ReadLog = LogReading['partitions'][number];

/** Throws what the source throws. */
export async function explainSource(
  { connector }: Pick<ConnectedSource, 'connector'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { capabilities } = connector;
  const call = createCall({ signal });
  const page = await connector.jobLists[0]?.page(0, {}, call);
  const jobs = page?.jobs ?? [];
  const isNewestFirst = connector.jobLists[0]?.isNewestFirst() ?? false;
  const found: Finding[] = [
    ['paging', `${capabilities.nativePagination}, ${capabilities.maxPageSize ?? 'all'} lines per call`],
    ['filtered by the source', capabilities.pushdown.join(' ') || 'nothing'],
    ['jobs on the first page', `${jobs.length}, of ${page?.total ?? 'an unknown number'} in all`],
    ['order of jobs', `${orderOf(jobs.map(createdOf))}; read as ${isNewestFirst ? 'newest first' : 'in no order'}`],
    ...unreadable(page?.unreadable),
    ...jobs.slice(0, MOST_SAMPLES).map((job): Finding => ['job', describeJob(job)]),
    ...missing('jobs', jobs, {
      status: ({ nativeStatus }) => nativeStatus,
      createdAt: ({ createdAt }) => createdAt,
      startedAt: ({ startedAt }) => startedAt,
      finishedAt: ({ finishedAt }) => finishedAt,
    }),
    ...unknownWords('status', jobs, ({ status, nativeStatus }) => (status === 'UNKNOWN' ? nativeStatus : null)),
  ];
  return [...found, ...(await explainLines(connector, jobs, call))];
}

async function explainLines(
  connector: ConnectedSource['connector'],
  jobs: readonly Job[],
  call: Call,
): Promise<readonly Finding[]> {
  for (const { key } of jobs.slice(0, MOST_JOBS)) {
    for (const log of (await connector.logs({ job: key }, {}, call)).partitions) {
      const read = await readLines(log, 'forward', null, call);
      if (read.lines.length > 0 || read.findings.length > 0) return describeLog(key, log, read, call);
    }
  }
  return [['lines', `none in the first ${Math.min(jobs.length, MOST_JOBS)} jobs`]];
}

interface LinesRead {
  readonly lines: readonly LogEntry[];
  readonly calls: number;
  readonly findings: readonly Finding[];
}

async function readLines(log: ReadLog, direction: Direction, from: Position | null, call: Call): Promise<LinesRead> {
  const lines: LogEntry[] = [];
  const findings: Finding[] = [];
  let [calls, batches] = [0, 0];
  const request = { direction, from, hint: null, until: null, need: MOST_LINES };
  for await (const batch of log.read(request, call)) {
    lines.push(...batch.rows);
    calls += batch.pages;
    batches += 1;
    findings.push(...unreadable(batch.unreadable));
    if (batch.truncated !== undefined) findings.push(['out of reach', batch.truncated]);
    if (lines.length >= MOST_LINES || batches >= MOST_BATCHES) break;
  }
  return { lines: lines.slice(0, MOST_LINES), calls, findings };
}

async function describeLog(
  key: string,
  log: ReadLog,
  { lines, calls, findings }: LinesRead,
  call: Call,
): Promise<readonly Finding[]> {
  const [first, last] = [lines[0], lines.at(-1)];
  return [
    ['lines', `${lines.length} of job ${key}, in ${calls} pages`],
    ...findings,
    ['times', `from ${first?.timestamp ?? '–'} to ${last?.timestamp ?? '–'}`],
    ['lines that share their time', String(sharing(lines))],
    ['severities', severitiesIn(lines)],
    ...lines.slice(0, MOST_SAMPLES).map((line): Finding => ['line', describeLine(line)]),
    ...missing('lines', lines, { message: ({ message }) => message, severity: ({ severity }) => severity.text }),
    ...unknownWords('severity', lines, ({ severity }) => (severity.number === 0 ? severity.text : null)),
    ['read backward', await readBackward(log, lines, call)],
  ];
}

/** The law that matters most, on these lines: from the other end, the same come in the other order. */
async function readBackward(log: ReadLog, lines: readonly LogEntry[], { signal }: Call): Promise<string> {
  const last = lines.at(-1);
  if (last === undefined) return 'nothing to compare';
  const behind = { time: last.time, tie: `${last.tie}\uffff` };
  const back = (await readLines(log, 'backward', behind, createCall({ signal }))).lines.toReversed();
  const isSame = back.length === lines.length && back.every((line, index) => isAt(line, lines[index]));
  return isSame ? 'the same lines' : `other lines: ${back.length} instead of ${lines.length}, or others of their time`;
}

function isAt(line: LogEntry, other: LogEntry | undefined): boolean {
  return other !== undefined && comparePositions(line, other) === 0;
}

function severitiesIn(lines: readonly LogEntry[]): string {
  const counts = LOG_SEVERITIES.map((name) => {
    const { length } = lines.filter(({ severity }) => severityOf(severity.number) === name);
    return length === 0 ? [] : [`${name} ${length}`];
  });
  return counts.flat().join(', ');
}

function sharing(lines: readonly LogEntry[]): number {
  return lines.filter(({ time }, index) => lines[index - 1]?.time === time || lines[index + 1]?.time === time).length;
}

function createdOf({ createdAt }: Job): bigint | null {
  return parseInstant(createdAt ?? '')?.nanoseconds ?? null;
}

function orderOf(times: readonly (bigint | null)[]): string {
  const known = times.filter((time) => time !== null);
  if (known.length < times.length) return 'not all have a time';
  if (new Set(known).size < 2) return 'too few times to tell';
  const pairs = known.slice(1).map((time, index): readonly [bigint, bigint] => [known[index] ?? time, time]);
  if (pairs.every(([before, after]) => before >= after)) return 'newest first';
  return pairs.every(([before, after]) => before <= after) ? 'oldest first' : 'neither newest nor oldest first';
}

function unreadable(rows: { readonly count: number; readonly reason: string } | undefined): readonly Finding[] {
  return rows === undefined ? [] : [['could not be read', `${rows.count}: ${rows.reason}`]];
}

/** Fields that no row has. */
function missing<T>(
  what: string,
  rows: readonly T[],
  fields: Record<string, (row: T) => string | null>,
): readonly Finding[] {
  const absent = Object.keys(fields).filter((name) => rows.every((row) => (fields[name]?.(row) ?? '') === ''));
  return rows.length === 0 || absent.length === 0 ? [] : [[`missing on all ${what}`, absent.join(', ')]];
}

function unknownWords<T>(field: string, rows: readonly T[], wordOf: (row: T) => string | null): readonly Finding[] {
  const words = [...new Set(rows.map(wordOf).filter((word) => word !== null))];
  return words.length === 0 ? [] : [[`${field} without a meaning`, words.slice(0, 20).join(', ')]];
}

function describeJob({ key, name, status, nativeStatus, createdAt }: Job): string {
  return `${key} "${shortened(name)}" ${status} (${nativeStatus ?? '–'}) ${createdAt ?? '–'}`;
}

function describeLine({ timestamp, tie, severity, message }: LogEntry): string {
  return `${timestamp} id ${shortened(tie)} ${severityOf(severity.number)} (${severity.text ?? '–'}) ${shortened(message)}`;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** What an explanation says of a source that does not answer. */
export function whyNot(error: unknown): readonly Finding[] {
  if (!(error instanceof TributaryError)) throw error;
  return [['failed', `${error.code}: ${error.message}`]];
}
