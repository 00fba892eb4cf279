import { TextDecoder } from 'node:util';
import {
  defineVendor,
  inferSeverity,
  parseInstant,
  TributaryError,
  statusFrom,
  wholeListPartition,
  wholeResponsePartition,
  z,
} from 'tributary/vendor';

/**
 * Workflow runs and their logs, as GitHub Actions lists them, with the log of each job of a run as plain text: what a description in
 * the configuration can't say. https://docs.github.com/en/rest/actions
 * The call for a log is answered by a redirect to another host, with a link that is signed and ends after a minute.
 */
export default defineVendor({
  vendor: 'actions',
  title: 'Actions of a repository',
  options: z.strictObject({
    repository: z.string().min(1).describe('Owner and name, such as octo/hello.'),
    logHosts: z.array(z.string()).default(['*.blob.core.windows.net']).describe('Hosts that logs come from.'),
  }),
  auth: ['bearer'],
  create: ({ source, http, options }) => createConnector(source, http, options),
});

const PAGE_SIZE = 30;

const STATUS = {
  queued: 'QUEUED',
  in_progress: 'RUNNING',
  success: 'SUCCEEDED',
  failure: 'FAILED',
  timed_out: 'FAILED',
  cancelled: 'CANCELLED',
};

const time = z.string().nullish();
const state = { name: z.string(), status: z.string(), conclusion: z.string().nullish(), created_at: time };
const run = z.object({ id: z.number(), ...state, run_started_at: time, updated_at: time });
const runs = z.object({ total_count: z.number(), workflow_runs: z.array(run) });
const jobs = z.object({ jobs: z.array(z.object({ id: z.number(), ...state, started_at: time, completed_at: time })) });

function createConnector(source, http, { repository, logHosts }) {
  const actions = ['repos', ...repository.split('/'), 'actions'];

  async function get(path, query, decoder, call) {
    return (await http.json({ method: 'GET', path: [...actions, ...path], query }, decoder, call)).data;
  }

  async function tasksOf(key, call) {
    const found = await get(['runs', key, 'jobs'], { per_page: 100 }, jobs, call);
    return found.jobs.map(taskOf);
  }

  async function getJob(key, call) {
    try {
      return jobOf(source, await get(['runs', key], {}, run, call));
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'NOT_FOUND') return null;
      return error;
    }
  }

  async function page(index, rows, call) {
    return get(['runs'], { page: index + 1, per_page: rows }, runs, call);
  }

  return {
    vendor: 'actions',
    capabilities: {
      attempts: false,
      steps: false,
      tasks: true,
      nativePagination: 'WHOLE_RESPONSE',
      maxPageSize: null,
      totalCount: true,
      pushdown: ['TASK_IN'],
    },
    jobLists: [
      {
        key: '',
        pageSize: PAGE_SIZE,
        isNewestFirst: () => true,
        async page(index, filter, call) {
          const { total_count: total, workflow_runs: found } = await page(index, PAGE_SIZE, call);
          return {
            jobs: found.map((one) => jobOf(source, one)),
            more: index * PAGE_SIZE + found.length < total,
            total,
            filtered: Object.values(filter).every((part) => part === undefined),
          };
        },
      },
    ],
    probe: async (call) => ({ jobs: (await page(0, 1, call)).total_count }),
    getJobs: async (keys, call) => Promise.all(keys.map(async (key) => getJob(key, call))),
    parts: {
      Task: {
        list: async (job) => [wholeListPartition('', async (call) => tasksOf(job, call))],
        find: async (job, key, call) => (await tasksOf(job, call)).find((task) => task.key === key) ?? null,
      },
    },
    // One log for each job of the run. The reader merges them, and applies all of the filter.
    async logs(scope, _filter, call) {
      if (scope.attempt !== undefined || scope.step !== undefined) return { partitions: [], applied: [] };
      const tasks = (await tasksOf(scope.job, call)).filter(
        ({ key }) => scope.task === undefined || key === scope.task,
      );
      const request = (key) => ({
        method: 'GET',
        path: [...actions, 'jobs', key, 'logs'],
        headers: { accept: 'text/plain' },
        redirectsTo: logHosts,
      });
      return { partitions: tasks.map(({ key }) => logOf(http, request(key), key)), applied: [] };
    },
  };
}

function jobOf(source, { id, name, status, conclusion, created_at, run_started_at, updated_at }) {
  const native = conclusion ?? status;
  return {
    source,
    key: String(id),
    name,
    status: statusFrom(STATUS, native),
    nativeStatus: native,
    createdAt: created_at ?? null,
    startedAt: run_started_at ?? null,
    finishedAt: conclusion == null ? null : (updated_at ?? null),
    attributes: null,
  };
}

function taskOf({ id, name, status, conclusion, created_at, started_at, completed_at }) {
  const native = conclusion ?? status;
  return {
    key: String(id),
    name,
    attemptKey: null,
    stepKey: null,
    status: statusFrom(STATUS, native),
    nativeStatus: native,
    createdAt: created_at ?? null,
    startedAt: started_at ?? null,
    finishedAt: completed_at ?? null,
    time: parseInstant(created_at ?? '')?.nanoseconds ?? 0n,
    tie: String(id).padStart(20, '0'),
  };
}

/** All of a log comes at once: only as many lines are kept as the reader wants. */
function logOf(http, request, taskKey) {
  return wholeResponsePartition({
    key: taskKey,
    identity: { by: 'content', of: ({ message }) => [message] },
    async load(begin, call) {
      // Readers of one answer share its items, and a reader completes the row that it takes.
      const beginTask = () => {
        const sink = begin();
        return (line) => sink({ ...line, taskKey });
      };
      await http.stream(request, readText, beginTask, call);
    },
  });
}

const LEVELS = { error: 17, warning: 13, notice: 10, debug: 5 };

/** Each line begins with its time. One that does not goes on with the line before it. */
async function readText(body, give) {
  let [rest, line] = ['', null];
  const decoder = new TextDecoder();
  const take = (text) => {
    const [, at, message] = /^(\S+Z) (.*)$/s.exec(text) ?? [];
    const instant = at === undefined ? null : parseInstant(at);
    if (instant === null && line !== null) line.message += `\n${text}`;
    if (instant === null) return;
    if (line !== null) give(line);
    line = lineOf(instant, message);
  };
  for await (const part of body) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop();
    lines.forEach(take);
  }
  if (rest !== '') take(rest);
  if (line !== null) give(line);
}

function lineOf({ nanoseconds, text }, message) {
  const [, word] = /^##\[(\w+)\]/.exec(message) ?? [];
  const number = LEVELS[word];
  return {
    time: nanoseconds,
    timestamp: text,
    severity: number === undefined ? inferSeverity(message) : { number, text: word, source: 'VENDOR' },
    message,
    exceptions: [],
    attributes: null,
    attemptKey: null,
    stepKey: null,
  };
}
