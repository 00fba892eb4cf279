import { TextDecoder } from 'node:util';
import {
  defineVendor,
  fieldsOf,
  inferSeverity,
  instantOf,
  numberedRows,
  oddPartitions,
  PageSize,
  parseInstant,
  required,
  rowsIn,
  statusFrom,
  textIdOf,
  totalOf,
  TributaryError,
  unreadableOf,
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
const TASK_PAGE_SIZE = 100;

/** A run can have more jobs than one page. */
const MOST_TASK_PAGES = 50;

const STATUS = {
  queued: 'QUEUED',
  in_progress: 'RUNNING',
  success: 'SUCCEEDED',
  failure: 'FAILED',
  timed_out: 'FAILED',
  cancelled: 'CANCELLED',
};

/** A list is read row by row: one that can't be read costs no other, and is counted. */
const readJob = (row) => ({
  ...stateIn(row),
  startedAt: timeIn(row, 'run_started_at'),
  finishedAt: timeIn(row, 'updated_at'),
});
const readTask = (row) => ({
  ...stateIn(row),
  startedAt: timeIn(row, 'started_at'),
  finishedAt: timeIn(row, 'completed_at'),
});

/** A row needs its number. All else is only shown. */
function stateIn(row) {
  const id = required(
    row,
    'id',
    (value) => (Number.isSafeInteger(value) && value > 0 ? value : null),
    'a number from 1',
  );
  const native = textIdOf(row.conclusion) ?? textIdOf(row.status);
  return {
    key: String(id),
    name: textIdOf(row.name) ?? String(id),
    status: statusFrom(STATUS, native),
    nativeStatus: native,
    isOver: textIdOf(row.conclusion) !== null,
    createdAt: timeIn(row, 'created_at'),
  };
}

const timeIn = (row, name) => instantOf(row[name])?.text ?? null;

const pageDecoder = (name, read) => (body) => {
  const fields = fieldsOf(body);
  const rows = rowsIn(fields, name, read);
  return { ...rows, total: totalOf(fields, fields.total_count, rows) };
};

const decoders = {
  jobs: pageDecoder('workflow_runs', readJob),
  tasks: pageDecoder('jobs', readTask),
  job: (body) => readJob(fieldsOf(body)),
};

const ENDS_EARLY = 'the list ends before its total_count does';

function createConnector(source, http, { repository, logHosts }) {
  const actions = ['repos', ...repository.split('/'), 'actions'];
  const sizes = { jobs: new PageSize(PAGE_SIZE), tasks: new PageSize(TASK_PAGE_SIZE) };

  async function get(path, query, decoder, call) {
    return (await http.json({ method: 'GET', path: [...actions, ...path], query }, decoder, call)).data;
  }

  /** A page, in smaller ones where it is too large an answer. */
  async function pageOf(kind, path, index, pageSize, call) {
    return numberedRows({
      size: sizes[kind],
      index,
      pageSize,
      keyOf: ({ key }) => key,
      fetch: async (at, rows) => get(path, { page: at + 1, per_page: rows }, decoders[kind], call),
      said: ({ total }) => ({ total, more: null }),
      pageOfOdd: (odd) => ({ data: [], odd, total: null }),
    });
  }

  async function tasksOf(job, call) {
    const tasks = new Map();
    const odd = [];
    for (let index = 0; index < MOST_TASK_PAGES; index += 1) {
      const page = await pageOf('tasks', ['runs', job, 'jobs'], index, TASK_PAGE_SIZE, call);
      const before = tasks.size;
      for (const row of page.rows) tasks.set(row.key, taskOf(row));
      const rows = [...tasks.values()];
      const isNew = tasks.size > before;
      // A page of what is known already: no further page has more.
      if (!isNew && page.rows.length > 0) return { rows, odd, truncated: 'a page of the list has the rows of another' };
      odd.push(...page.odd);
      const isLast = page.more === false || page.rows.length + page.odd.length === 0;
      const isEarly = page.total > rows.length + odd.length;
      if (isLast) return { rows, odd, truncated: isEarly ? ENDS_EARLY : undefined };
    }
    return { rows: [...tasks.values()], odd, truncated: `only the first ${tasks.size} jobs of a run are read` };
  }

  /** A job of the run. If the job could not be read, the answer is not that it does not exist. */
  async function taskWith(job, key, call) {
    const { rows, odd, truncated } = await tasksOf(job, call);
    const found = rows.find((task) => task.key === key);
    const missing = odd[0]?.reason ?? truncated;
    if (found === undefined && missing !== undefined) throw badAnswer(source, missing);
    return found ?? null;
  }

  async function getJob(key, call) {
    try {
      const found = await get(['runs', key], {}, decoders.job, call);
      return found.key === key ? jobOf(source, found) : badAnswer(source, 'it answers with another run');
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'NOT_FOUND') return null;
      return error;
    }
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
          const { rows, odd, more, total } = await pageOf('jobs', ['runs'], index, PAGE_SIZE, call);
          const isShort = more === false && rows.length + odd.length > 0;
          return {
            jobs: rows.map((one) => jobOf(source, one)),
            more,
            total,
            filtered: Object.values(filter).every((part) => part === undefined),
            unreadable: unreadableOf(odd),
            contradiction: isShort && total > index * PAGE_SIZE + rows.length + odd.length ? ENDS_EARLY : undefined,
          };
        },
      },
    ],
    probe: async (call) => ({ jobs: (await get(['runs'], { page: 1, per_page: 1 }, decoders.jobs, call)).total }),
    getJobs: async (keys, call) => Promise.all(keys.map(async (key) => getJob(key, call))),
    parts: {
      Task: {
        list: async (job) => [
          wholeListPartition('', async (call) => {
            const { rows, odd, truncated } = await tasksOf(job, call);
            return { rows, unreadable: unreadableOf(odd), truncated };
          }),
        ],
        find: async (job, key, call) => taskWith(job, key, call),
      },
    },
    // One log for each job of the run. The reader merges them, and applies the rest of the filter.
    async logs(scope, filter, call) {
      if (scope.attempt !== undefined || scope.step !== undefined) return { partitions: [], applied: [] };
      const { rows, odd, truncated } = await tasksOf(scope.job, call);
      const isWanted = ({ key }) =>
        (scope.task === undefined || key === scope.task) && (filter.taskIn?.includes(key) ?? true);
      const request = (key) => ({
        method: 'GET',
        path: [...actions, 'jobs', key, 'logs'],
        headers: { accept: 'text/plain' },
        redirectsTo: logHosts,
      });
      const logs = rows.filter(isWanted).map((task) => logOf(http, request(task.key), task));
      // A gap in the list of jobs is reported beside the lines of other jobs, not beside those of the requested job.
      const isFound = scope.task !== undefined && logs.length > 0;
      const missing = wholeListPartition(' missing', async () => ({ rows: [], truncated }));
      const lacking = truncated === undefined ? oddPartitions(odd) : [...oddPartitions(odd), missing];
      const besides = isFound ? [] : lacking;
      return { partitions: [...logs, ...besides], applied: ['taskIn'] };
    },
  };
}

function badAnswer(source, what) {
  return new TributaryError('SOURCE_BAD_RESPONSE', `${source}: ${what}`, { source });
}

function jobOf(source, { isOver, finishedAt, ...run }) {
  return { source, ...run, finishedAt: isOver ? finishedAt : null, attributes: null };
}

function taskOf({ isOver, finishedAt, ...task }) {
  return {
    ...task,
    attemptKey: null,
    stepKey: null,
    isOver,
    finishedAt: isOver ? finishedAt : null,
    time: parseInstant(task.createdAt ?? '')?.nanoseconds ?? 0n,
    tie: task.key.padStart(20, '0'),
  };
}

/** All of a log comes at once: only as many lines are kept as the reader wants. */
function logOf(http, request, { key: taskKey, isOver }) {
  return wholeResponsePartition({
    key: taskKey,
    identity: { by: 'content', of: ({ message }) => [message] },
    async load(begin, call) {
      // Readers of one answer share its items, and a reader completes the row that it takes.
      const beginTask = () => {
        const sink = begin();
        return (line) => sink({ ...line, taskKey });
      };
      try {
        await http.stream(request, readText, beginTask, call);
      } catch (error) {
        // A job that runs has no log yet.
        if (isOver || !(error instanceof TributaryError) || error.code !== 'NOT_FOUND') throw error;
        beginTask();
      }
    },
  });
}

const LEVELS = { error: 17, warning: 13, notice: 10, debug: 5 };

/** Each line begins with its time. One that does not goes on with the line before it. Runners on Windows end lines with two characters. */
async function readText(body, give, source, { lineBytes }) {
  // It drops the mark that a log may begin with.
  const decoder = new TextDecoder();
  let [rest, line] = ['', null];
  const take = (text) => {
    const [, at, message] = /^(\S+Z) (.*)$/s.exec(text.replace(/\r$/, '')) ?? [];
    const instant = at === undefined ? null : parseInstant(at);
    if (instant === null && line === null) throw badAnswer(source, 'expected lines that begin with a time');
    if (instant === null) line.message += `\n${text.replace(/\r$/, '')}`;
    else {
      if (line !== null) give(line);
      line = lineOf(instant, message);
    }
    if (line.message.length > lineBytes) throw badAnswer(source, 'a line is too long');
  };
  for await (const part of body) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop();
    if (rest.length > lineBytes) throw badAnswer(source, 'a line is too long');
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
