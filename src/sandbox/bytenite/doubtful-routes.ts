import type { SandboxReply, SandboxRequest } from '../types.ts';
import type { ByteNiteDialect } from './dialect.ts';
import { listJobs } from './job-list.ts';
import { jobOnTheWire } from './jobs.ts';
import type { SimulatedJob } from './jobs.ts';
import { taskOfGroup } from './lines.ts';
import { refusal } from './refusal.ts';
import { parseObject } from './tokens.ts';

/**
 * Routes for which the vendor's pages give little more than the name. Their bodies are guesses; no connector calls
 * them.
 */

/** POST /jobs/filter: the same as GET /jobs, with its parameters in the body. */
export function filterJobs(
  jobs: readonly SimulatedJob[],
  { body }: SandboxRequest,
  dialect: ByteNiteDialect,
): SandboxReply {
  if (dialect.jobsFilter === 'missing') return refusal(404, 'Not Found', dialect);
  const asked = parseObject(body);
  if (asked === null) return refusal(400, 'not a JSON object', dialect);
  const page = asked['pagination'];
  const query = new URLSearchParams();
  if (typeof page === 'object' && page !== null) {
    for (const [name, value] of Object.entries(page)) query.set(`pagination.${name}`, String(value));
  }
  if (typeof asked['orderBy'] === 'string') query.set('orderBy', asked['orderBy']);
  return listJobs(jobs, query, dialect);
}

/** POST /jobs/runningTasks: the tasks of running jobs. */
export function listRunningTasks(jobs: readonly SimulatedJob[], dialect: ByteNiteDialect): SandboxReply {
  if (dialect.runningTasks === 'missing') return refusal(404, 'Not Found', dialect);
  const tasks = jobs
    .filter(({ fields }) => fields.startedAt !== null && fields.endedAt === null)
    .flatMap(({ id, lines }) => lines.groups().map(({ name }) => ({ jobId: id, taskId: taskOfGroup(name) })));
  return { status: 200, body: { tasks: tasks.filter(({ taskId }) => taskId !== null) } };
}

/** GET /events: JSON texts, one per line. The stream ends after one event per job. */
export function streamEvents(jobs: readonly SimulatedJob[], dialect: ByteNiteDialect): SandboxReply {
  if (dialect.events === 'missing') return refusal(404, 'Not Found', dialect);
  const texts =
    dialect.events === 'error'
      ? [{ error: { code: 14, message: 'the stream was closed', details: [] } }]
      : jobs.map((job) => ({
          result: {
            event: dialect.eventName,
            data: { '@type': 'type.googleapis.com/bytenite.Job', ...jobOnTheWire(job, dialect) },
          },
        }));
  return { status: 200, body: texts.map((text) => `${JSON.stringify(text)}\n`).join('') };
}
