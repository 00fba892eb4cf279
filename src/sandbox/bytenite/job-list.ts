import { moreSaid, totalSaid } from '../doubts.ts';
import type { SandboxReply } from '../types.ts';
import type { ByteNiteDialect } from './dialect.ts';
import { jobOnTheWire } from './jobs.ts';
import type { SimulatedJob } from './jobs.ts';
import { refusal } from './refusal.ts';

/**
 * GET /jobs: a page by `pagination.limit` and `pagination.offset`, sorted by `orderBy` (`createdAt`, `createdAt desc`,
 * …).
 */
export function listJobs(
  jobs: readonly SimulatedJob[],
  query: URLSearchParams,
  dialect: ByteNiteDialect,
): SandboxReply {
  const limit = countOf(query.get('pagination.limit'), dialect.defaultPage);
  const offset = countOf(query.get('pagination.offset'), 0);
  if (limit === null || offset === null) return refusal(400, 'pagination: not an int64', dialect);
  const sorted = sortJobs(jobs, query.get('orderBy'), dialect);
  if (sorted === null) return refusal(400, 'orderBy: not a field of a job', dialect);
  const start = dialect.ignoresPlace ? 0 : offset;
  const size = Math.min(limit === 0 ? dialect.defaultPage : limit, dialect.maxPage, dialect.rowsPerPage);
  const data = sorted.slice(start, start + size);
  const total = totalSaid(dialect.total, { all: jobs.length, start: offset, onPage: data.length });
  return {
    status: 200,
    body: {
      pagination: {
        total: total === null ? null : String(total),
        offset: String(offset),
        hasPrevious: offset > 0,
        hasNext: moreSaid(dialect.more, start + size < jobs.length),
      },
      data: data.map((job) => jobOnTheWire(job, dialect)),
    },
  };
}

function countOf(text: string | null, fallback: number): number | null {
  if (text === null) return fallback;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function sortJobs(
  jobs: readonly SimulatedJob[],
  orderBy: string | null,
  dialect: ByteNiteDialect,
): readonly SimulatedJob[] | null {
  if (orderBy === null || orderBy === '') return jobs;
  const [field = '', direction = 'asc'] = orderBy.split(' ');
  if (dialect.refuse.includes('orderBy') || !/^(asc|desc)$/.test(direction)) return null;
  if (field !== 'createdAt' && field !== 'name') return null;
  const sign = direction === 'asc' ? 1 : -1;
  return jobs.toSorted((a, b) => {
    const [left, right] = [a.fields[field], b.fields[field]];
    return left === right ? 0 : sign * (left < right ? -1 : 1);
  });
}
