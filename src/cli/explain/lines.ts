import { createCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import type { Job } from '../../domain/job.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { comparePositions } from '../../domain/ordered.ts';
import type { Direction, Position } from '../../domain/ordered.ts';
import { LOG_SEVERITIES, severityOf } from '../../domain/severity.ts';
import { isFinished } from '../../domain/status.ts';
import type { Connector, LogReading } from '../../vendors/connector.ts';
import { failed, missing, MOST_SAMPLES, shortened, unknownWords, unreadable } from './findings.ts';
import type { Finding } from './findings.ts';

/** Most lines that are read, and most jobs that are searched for lines. */
const MOST_LINES = 200;
const MOST_JOBS = 5;
/** Most batches that are read, because pages may be empty. */
const MOST_BATCHES = 20;

type ReadLog = LogReading['partitions'][number];

/** Reports the lines of the first job that has any. Throws the source's errors. */
export async function explainLines(
  connector: Connector,
  jobs: readonly Job[],
  call: Call,
): Promise<readonly Finding[]> {
  for (const job of jobs.slice(0, MOST_JOBS)) {
    for (const log of (await connector.logs({ job: job.key }, {}, call)).partitions) {
      const read = await readLines(log, 'forward', null, call);
      if (read.lines.length > 0 || read.findings.length > 0) return describeLog(connector, job, log, read, call);
    }
  }
  return jobs.length === 0 ? [] : [['lines', `none in the first ${Math.min(jobs.length, MOST_JOBS)} jobs`]];
}

interface LinesRead {
  readonly lines: readonly LogEntry[];
  /** True if the log has no further lines. */
  readonly isWhole: boolean;
  readonly calls: number;
  readonly findings: readonly Finding[];
}

async function readLines(log: ReadLog, direction: Direction, from: Position | null, call: Call): Promise<LinesRead> {
  const lines: LogEntry[] = [];
  const findings: Finding[] = [];
  let [calls, batches] = [0, 0];
  let isWhole = true;
  const request = { direction, from, hint: null, until: null, need: MOST_LINES };
  for await (const batch of log.read(request, call)) {
    lines.push(...batch.rows.map(({ row }) => row));
    calls += batch.pages;
    batches += 1;
    findings.push(...unreadable(batch.unreadable));
    if (batch.truncated !== undefined)
      findings.push(batch.contradicts === true ? failed(batch.truncated) : ['out of reach', batch.truncated]);
    isWhole = lines.length < MOST_LINES && batches < MOST_BATCHES;
    if (!isWhole) break;
  }
  return { lines: lines.slice(0, MOST_LINES), isWhole, calls, findings };
}

async function describeLog(
  connector: Connector,
  job: Job,
  log: ReadLog,
  read: LinesRead,
  call: Call,
): Promise<readonly Finding[]> {
  const { lines, calls, findings } = read;
  const [first, last] = [lines[0], lines.at(-1)];
  return [
    ['lines', `${lines.length} of job ${job.key}, in ${calls === 1 ? '1 page' : `${calls} pages`}`],
    ...findings,
    ...(await judgeCount(connector, job, log, read, call)),
    ...judgePages(connector, read),
    [
      'times',
      `from ${first?.timestamp ?? '–'} to ${last?.timestamp ?? '–'}${isBeforeLogs(connector, first) ? '; is logs.timeFormat right?' : ''}`,
    ],
    ['lines that share their time', String(sharing(lines))],
    ['severities', severitiesIn(lines)],
    ...lines.slice(0, MOST_SAMPLES).map((line): Finding => ['line', describeLine(line)]),
    ...missing(
      'lines',
      lines,
      { message: ({ message }) => message, severity: ({ severity }) => severity.text },
      connector.described?.ofLines ?? ['message', 'severity'],
    ),
    ...unknownWords('severity', lines, ({ severity }) => (severity.number === 0 ? severity.text : null)),
    ['read backward', await readBackward(log, lines, call)],
  ];
}

/**
 * Compares the number of lines with the source's count. Only finished jobs are judged, because a running job may gain
 * lines meanwhile.
 */
async function judgeCount(
  { capabilities, described }: Connector,
  { status }: Job,
  log: ReadLog,
  { lines, isWhole, findings }: LinesRead,
  call: Call,
): Promise<readonly Finding[]> {
  const total = capabilities.totalCount ? await log.count(call) : null;
  if (total === null)
    return capabilities.totalCount && described !== undefined
      ? [['lines counted', 'not known: logs.pagination.total leads to no count, or to one that pages contradict']]
      : [];
  const isKnown = findings.some(([what]) => what === 'failed' || what === 'could not be read');
  if (!isWhole || isKnown || total <= lines.length || !isFinished(status)) return [['lines counted', String(total)]];
  const keys = described === undefined ? '' : ': look at logs.pagination and logs.id';
  return [failed(`${total} lines are counted, and ${lines.length} come${keys}`)];
}

/** Reports signs that the page size or the page token in a description is wrong. */
function judgePages({ capabilities, described }: Connector, { lines, isWhole, calls }: LinesRead): readonly Finding[] {
  const size = capabilities.maxPageSize;
  if (described === undefined || size === null) return [];
  if (calls > 2 && lines.length < (calls - 1) * (size / 2))
    return [['rows per page', `about ${Math.ceil(lines.length / (calls - 1))}; logs.pagination.pageSize says ${size}`]];
  if (described.scheme !== 'token' || !isWhole || calls !== 1 || lines.length === 0) return [];
  return [['next page', `none is named behind ${lines.length} lines; if there are more, look at logs.pagination.next`]];
}

/** Checks the most important property: reading backward gives the same lines in reverse order. */
async function readBackward(log: ReadLog, lines: readonly LogEntry[], { signal }: Call): Promise<string> {
  const last = lines.at(-1);
  if (last === undefined) return 'nothing to compare';
  const behind = { time: last.time, tie: `${last.tie}\uffff` };
  const back = (await readLines(log, 'backward', behind, createCall({ signal }))).lines.toReversed();
  const isSame = back.length === lines.length && back.every((line, index) => isAt(line, lines[index]));
  return isSame ? 'the same lines' : `other lines: ${back.length} instead of ${lines.length}, or others of their time`;
}

/** 1980. Numbers that are read in a unit that is too small are times of 1970. */
const BEFORE_LOGS = 315_532_800_000_000_000n;

function isBeforeLogs({ described }: Connector, line: LogEntry | undefined): boolean {
  return described !== undefined && line !== undefined && line.time < BEFORE_LOGS;
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

function describeLine({ timestamp, tie, severity, message }: LogEntry): string {
  return `${timestamp} id ${shortened(tie)} ${severityOf(severity.number)} (${severity.text ?? '–'}) ${shortened(message)}`;
}
