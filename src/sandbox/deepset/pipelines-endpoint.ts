import { moreSaid, totalSaid } from '../doubts.ts';
import type { SandboxReply, SandboxRequest } from '../types.ts';
import type { DeepsetDialect } from './dialect.ts';
import { wireOfPipeline } from './pipelines.ts';
import type { Pipeline } from './pipelines.ts';
import { failure, integerParameter, limitParameter } from './replies.ts';

/**
 * GET /api/v1/workspaces/{workspace}/pipelines, newest first: by `page_number` (from 1), or with an id in `before`
 * (older pipelines, which is the next page) or `after` (newer ones). Page numbers and ids cannot be combined.
 */
export function answerPipelines(
  pipelines: readonly Pipeline[],
  request: SandboxRequest,
  dialect: DeepsetDialect,
): SandboxReply {
  const { query } = request;
  const limit = limitParameter(query, dialect);
  const page = integerParameter(query, 'page_number', { fallback: 1, minimum: 1 });
  const before = query.get('before');
  const after = query.get('after');
  if (query.has('page_number') && (before !== null || after !== null)) {
    return failure(400, 'Use either page numbers or a cursor.', dialect);
  }
  const wanted = pipelines
    .filter((pipeline) => (query.get('status') ?? pipeline.status) === pipeline.status)
    .filter((pipeline) => (query.get('pipeline_name') ?? pipeline.name) === pipeline.name)
    .sort((a, b) => (a.createdAt > b.createdAt ? -1 : 1));
  const rest = wanted.slice(
    before === null || dialect.ignoresPlace ? 0 : wanted.findIndex((pipeline) => pipeline.id === before) + 1,
    after === null ? wanted.length : Math.max(0, indexOf(wanted, after)),
  );
  const size = Math.min(limit, dialect.rowsPerPage);
  const start = dialect.ignoresPlace ? 0 : (page - 1) * limit;
  const data = rest.slice(start, start + size);
  const total = typeof dialect.total === 'object' ? 'honest' : dialect.total;
  return {
    status: 200,
    body: {
      data: data.map(wireOfPipeline),
      has_more: moreSaid(dialect.more, start + size < rest.length),
      total: totalSaid(total, { all: wanted.length, start, onPage: data.length }),
    },
  };
}

function indexOf(pipelines: readonly Pipeline[], id: string): number {
  return pipelines.findIndex((pipeline) => pipeline.id === id);
}
