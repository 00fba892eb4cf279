import { formatInstant } from '../../../src/domain/time.ts';
import type { SandboxReply, SandboxRequest } from '../../../src/sandbox/types.ts';

/**
 * Task instances and their logs as Apache Airflow 3 gives them, as far as the guide needs them. Written after its public
 * reference, https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html
 */

/** Lines of one answer to a request for a log. */
const PAGE = 40;

interface TaskInstance {
  readonly dag: string;
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  readonly start: bigint;
  state: string | null;
  readonly lines: Readonly<Record<string, unknown>>[];
}

export interface SimulatedAirflow {
  readonly token: string;
  handle(request: SandboxRequest): SandboxReply;
  add(task: Pick<TaskInstance, 'dag' | 'run' | 'task' | 'attempt' | 'state'>): void;
  write(task: string, events: readonly (readonly [level: string, event: string])[]): void;
  finish(task: string, state: string): void;
}

const START = 1_772_233_021_000_000_000n;

export function simulateAirflow(): SimulatedAirflow {
  const token = 'airflow-token';
  const tasks: TaskInstance[] = [];

  function taskOf(name: string): TaskInstance {
    const found = tasks.find(({ task }) => task === name);
    if (found === undefined) throw new Error(`There is no task ${name}.`);
    return found;
  }

  function listTasks(query: URLSearchParams): SandboxReply {
    const newestFirst = query.get('order_by') === '-start_date';
    const all = tasks.map(shownTask);
    const begin = Number(query.get('offset') ?? 0);
    const rows = (newestFirst ? all.reverse() : all).slice(begin, begin + Number(query.get('limit') ?? 50));
    return { status: 200, body: { task_instances: rows, total_entries: tasks.length } };
  }

  function log({ lines, state }: TaskInstance, sent: string | null): SandboxReply {
    const begin = sent === null ? 0 : Number(Buffer.from(sent, 'base64url').toString());
    if (!Number.isInteger(begin)) return { status: 400, body: { detail: 'Bad Signature' } };
    const content = lines.slice(begin, begin + PAGE);
    const end = begin + content.length;
    const isOver = end >= lines.length && state !== 'running';
    return {
      status: 200,
      body: { content, continuation_token: isOver ? null : Buffer.from(String(end)).toString('base64url') },
    };
  }

  return {
    token,
    handle({ segments, query, headers }) {
      if (headers['authorization'] !== `Bearer ${token}`) return { status: 401, body: { detail: 'Not authenticated' } };
      const [, , , dag, , run, , task, part, attempt] = segments;
      if (dag === '~') return listTasks(query);
      const found = tasks.find(
        (one) => one.dag === dag && one.run === run && one.task === task && String(one.attempt) === attempt,
      );
      if (found === undefined) return { status: 404, body: { detail: 'The Task Instance was not found' } };
      return part === 'logs' ? log(found, query.get('token')) : { status: 200, body: shownTask(found) };
    },
    add(task) {
      tasks.push({ ...task, start: START + BigInt(tasks.length) * 60_000_000_000n, lines: [] });
    },
    write(name, events) {
      const { lines, start } = taskOf(name);
      for (const [level, event] of events) {
        // Two lines share each instant.
        const timestamp = formatInstant(start + BigInt(lines.length >> 1) * 1_000_000n);
        lines.push({ timestamp, event, level, logger: 'task.stdout' });
      }
    },
    finish(name, state) {
      taskOf(name).state = state;
    },
  };
}

function shownTask({ dag, run, task, attempt, state, start }: TaskInstance): Readonly<Record<string, unknown>> {
  const over = state === 'running' ? null : formatInstant(start + 30_000_000_000n);
  return {
    dag_id: dag,
    dag_run_id: run,
    task_id: task,
    task_display_name: task,
    map_index: -1,
    try_number: attempt,
    state,
    start_date: formatInstant(start),
    end_date: over,
    operator: 'BashOperator',
  };
}
