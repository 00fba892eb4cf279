import { NO_DOUBTS, totalSaid } from '../../../src/sandbox/doubts.ts';
import type { Doubts } from '../../../src/sandbox/doubts.ts';
import { formatInstant } from '../../../src/domain/time.ts';
import type {
  SandboxLine,
  SandboxReply,
  SandboxRequest,
  SandboxStatus,
  SimulatedVendor,
} from '../../../src/sandbox/types.ts';

/**
 * Workflow runs of one repository, their jobs and logs, for the example of a vendor in a module. Written after the public
 * reference, https://docs.github.com/en/rest/actions
 */
export interface ActionsDialect {
  /** What ends a line: runners on Windows write two characters. */
  readonly newline: '\n' | '\r\n';
  /** True: a log begins with a byte order mark. */
  readonly mark: boolean;
  /** True: the last line ends like the others. */
  readonly endsLast: boolean;
  /** Jobs of each run. */
  readonly tasks: number;
}

interface Task {
  readonly id: number;
  readonly name: string;
  readonly lines: SandboxLine[];
}

interface Run {
  readonly id: number;
  readonly name: string;
  status: SandboxStatus;
  readonly tasks: readonly Task[];
}

const START = 1_772_233_021_000_000_000n;
const MOST_PER_PAGE = 100;
const TOKEN = 'actions-token';

const STATES: Readonly<Record<SandboxStatus, readonly [status: string, conclusion: string | null]>> = {
  QUEUED: ['queued', null],
  RUNNING: ['in_progress', null],
  SUCCEEDED: ['completed', 'success'],
  FAILED: ['completed', 'failure'],
  CANCELLED: ['completed', 'cancelled'],
};

export function simulateActions(dialect: ActionsDialect, doubts: Partial<Doubts> = {}): SimulatedVendor {
  const { total, rowsPerPage, ignoresPlace } = { ...NO_DOUBTS, ...doubts };
  const runs = new Map<string, Run>();
  let ids = 9_000_000_000;

  function runOf(key: string): Run {
    const run = runs.get(key);
    if (run === undefined) throw new Error(`There is no run ${key}.`);
    return run;
  }

  function list(name: string, all: readonly object[], query: URLSearchParams): SandboxReply {
    const size = Math.min(MOST_PER_PAGE, Number(query.get('per_page') ?? 30));
    const start = ignoresPlace ? 0 : (Number(query.get('page') ?? 1) - 1) * size;
    const rows = all.slice(start, start + Math.min(size, rowsPerPage));
    const said = totalSaid(total, { all: all.length, start, onPage: rows.length });
    return { status: 200, body: { total_count: said, [name]: rows } };
  }

  function handle(request: SandboxRequest): SandboxReply {
    const { segments, query, headers } = request;
    const kind = classify(request);
    const taskOf = (id: string | undefined): Task | undefined =>
      [...runs.values()].flatMap(({ tasks }) => tasks).find((task) => String(task.id) === id);
    // Storage takes signed links only, and no second authorisation.
    if (kind === 'logs') {
      const task = headers['authorization'] === undefined ? taskOf(segments[1]) : undefined;
      if (task === undefined || query.get('sig') !== 'signed') return { status: 403, body: '<Error/>' };
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: textOf(task, dialect) };
    }
    if (headers['authorization'] !== `Bearer ${TOKEN}`) return refused(401, 'Bad credentials');
    if (kind === 'jobs') return list('workflow_runs', [...runs.values()].reverse().map(shownRun), query);
    if (kind === 'link') {
      const task = taskOf(segments[5]);
      if (task === undefined) return refused(404, 'Not Found');
      const location = `http://${headers['host'] ?? ''}/logs/${task.id}?sig=signed`;
      return { status: 302, headers: { location } };
    }
    const run = runs.get(segments[5] ?? '');
    if (run === undefined || kind === 'other') return refused(404, 'Not Found');
    const shown = shownRun(run);
    if (kind === 'job') return { status: 200, body: shown };
    const tasks = run.tasks.map(({ id, name }) => ({ ...shown, id, name, started_at: shown.created_at }));
    return list('jobs', tasks, query);
  }

  return {
    vendor: 'actions',
    handle,
    classify,
    sourceConfig: (origin) => ({
      vendor: 'actions',
      baseUrl: origin,
      repository: 'octo/hello',
      logHosts: ['127.0.0.1'],
      auth: { type: 'bearer', token: TOKEN },
    }),
    createJob({ name, status = 'SUCCEEDED' } = {}) {
      const id = (ids += 1);
      const tasks = Array.from({ length: dialect.tasks }, (_, index) => {
        return { id: (ids += 1), name: `job ${index}`, lines: [] };
      });
      runs.set(String(id), { id, name: name ?? `run ${id}`, status, tasks });
      return String(id);
    },
    setStatus(key, status) {
      runOf(key).status = status;
    },
    write(key, lines) {
      const { tasks } = runOf(key);
      for (const line of lines) (tasks.find(({ id }) => String(id) === line.task) ?? tasks[0])?.lines.push(line);
      for (const { lines: written } of tasks) written.sort((a, b) => Number(a.time - b.time));
    },
    generate(key, count, line) {
      this.write(
        key,
        Array.from({ length: count }, (_, index) => line(index)),
      );
    },
    clear: () => {
      runs.clear();
    },
  };
}

function textOf({ lines }: Task, { newline, mark, endsLast }: ActionsDialect): string {
  // Seven digits behind the seconds.
  const texts = lines.map(({ time, message }) => `${fullTime(time)} ${message}`);
  return `${mark ? '\ufeff' : ''}${texts.join(newline)}${endsLast && texts.length > 0 ? newline : ''}`;
}

function fullTime(time: bigint): string {
  const [seconds = '', fraction = ''] = formatInstant(time).replace('Z', '').split('.');
  return `${seconds}.${fraction.slice(0, 7).padEnd(7, '0')}Z`;
}

function shownRun({ id, name, status }: Run) {
  const [state, conclusion] = STATES[status];
  const at = formatInstant(START + BigInt(id % 1_000_000) * 1_000_000_000n);
  return { id, name, status: state, conclusion, created_at: at, run_started_at: at, updated_at: at, completed_at: at };
}

function classify({ segments }: SandboxRequest): string {
  const [first, , , , list, , part] = segments;
  if (first === 'logs') return 'logs';
  if (list === 'jobs') return part === 'logs' ? 'link' : 'other';
  if (list !== 'runs') return 'other';
  return segments.length === 5 ? 'jobs' : segments.length === 6 ? 'job' : part === 'jobs' ? 'tasks' : 'other';
}

function refused(status: number, message: string): SandboxReply {
  return { status, body: { message } };
}
