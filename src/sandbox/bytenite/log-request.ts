import type { SandboxReply, SandboxRequest } from '../types.ts';
import type { ByteNiteDialect } from './dialect.ts';
import type { SimulatedJob } from './jobs.ts';
import { LEVELS, SERVICES } from './lines.ts';
import { logAnswer } from './log-answer.ts';
import type { LogsRequest } from './log-answer.ts';
import { refusal } from './refusal.ts';
import { parseObject } from './tokens.ts';

/** POST /logs: parses the filters and answers with all lines at once. */
export function answerLogs(
  jobs: ReadonlyMap<string, SimulatedJob>,
  request: SandboxRequest,
  dialect: ByteNiteDialect,
): SandboxReply {
  const body = parseObject(request.body);
  const jobId = body?.['jobId'];
  if (body === null || typeof jobId !== 'string') return refusal(400, 'jobId is required', dialect);
  const query = queryOf(body);
  if (query === null) return refusal(400, 'invalid value for enum or list', dialect);
  const refused = dialect.refuse.find((part) => part !== 'orderBy' && query[part].length > 0);
  if (refused !== undefined) return refusal(400, `${refused} is not supported`, dialect);
  const job = jobs.get(jobId);
  if (job === undefined) return refusal(404, 'job not found', dialect);
  return { status: 200, body: logAnswer(job.lines, query, dialect) };
}

/** Null if a list is not a list of texts, or has a value that the enumeration lacks. */
function queryOf(body: Readonly<Record<string, unknown>>): LogsRequest | null {
  const taskIds = textsOf(body['taskIds']);
  const levels = textsOf(body['levels'], LEVELS);
  const services = textsOf(body['services'], SERVICES);
  return taskIds === null || levels === null || services === null ? null : { taskIds, levels, services };
}

function textsOf(value: unknown, allowed?: readonly string[]): readonly string[] | null {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return null;
  const texts = value.filter((item) => typeof item === 'string');
  if (texts.length !== value.length) return null;
  return allowed === undefined || texts.every((text) => allowed.includes(text)) ? texts : null;
}
