import { moreSaid, NO_DOUBTS, totalSaid } from '../../../src/sandbox/doubts.ts';
import type { Doubts, SaidMore } from '../../../src/sandbox/doubts.ts';
import { formatInstant } from '../../../src/domain/time.ts';
import type {
  SandboxLine,
  SandboxReply,
  SandboxRequest,
  SandboxStatus,
  SimulatedVendor,
} from '../../../src/sandbox/types.ts';

/** A made-up service: jobs and their lines over HTTP, paged in any of the ways that can be described. */

export type Scheme = 'page' | 'offset' | 'token' | 'time' | 'whole';

export interface ServiceSettings {
  readonly scheme: Scheme;
  /** The orders in which the service returns lines. */
  readonly order: 'ascending' | 'descending' | 'both';
  /** True: it counts rows. */
  readonly total: boolean;
  /** True: it says whether more rows follow. */
  readonly more: boolean;
  /** True: lines have an id. */
  readonly ids: boolean;
  /** True: lines can be bounded by time, from both sides. */
  readonly bounds: boolean;
  /** True: a page behind the end is an error. */
  readonly strictEnd: boolean;
}

interface Line {
  readonly id: string;
  readonly time: bigint;
  readonly level: string;
  readonly text: string;
}

interface Job {
  readonly id: string;
  readonly name: string;
  readonly created: bigint;
  status: SandboxStatus;
  readonly lines: Line[];
}

export interface SimulatedService extends SimulatedVendor {
  /** All tokens that were given out are refused from now on. */
  expire(): void;
}

const CLOCK = 1_000n;
const START = 1_772_233_021_000_000_000n;

/** `doubts`: its total, its flags and the length of its pages may be wrong. */
export function simulateService(settings: ServiceSettings, doubts: Partial<Doubts> = {}): SimulatedService {
  const { total, more: said, rowsPerPage } = { ...NO_DOUBTS, ...doubts };
  const jobs = new Map<string, Job>();
  let created = 0;
  let written = 0;
  let epoch = 0;

  function jobOf(key: string): Job {
    const job = jobs.get(key);
    if (job === undefined) throw new Error(`There is no job ${key}.`);
    return job;
  }

  function write(key: string, lines: readonly SandboxLine[]): void {
    const job = jobOf(key);
    for (const { time, message, severity = 'info' } of lines) {
      const id = String((written += 1)).padStart(9, '0');
      job.lines.push({ id, time: time - (time % CLOCK), level: severity.toUpperCase(), text: message });
    }
    job.lines.sort((a, b) => (a.time === b.time ? (a.id < b.id ? -1 : 1) : a.time < b.time ? -1 : 1));
  }

  /** `more`: what flags and tokens say. The end of a list of jobs by tokens shows only by the token. */
  function list(all: readonly unknown[], query: URLSearchParams, more: SaidMore): SandboxReply {
    const size = Number(query.get('limit') ?? 100);
    const begin = beginOf(query, size);
    if (begin === null) return refused(400, 'invalid page');
    if (settings.strictEnd && begin > 0 && begin >= all.length) return refused(404, 'invalid page');
    const end = Math.max(begin, Math.min(all.length, begin + Math.min(size, rowsPerPage)));
    const goesOn = moreSaid(more, end < all.length);
    const count = totalSaid(total, { all: all.length, start: begin, onPage: end - begin });
    return {
      status: 200,
      body: {
        data: all.slice(begin, end),
        ...(settings.total ? { count } : {}),
        ...(settings.more ? { more: goesOn } : {}),
        ...(settings.scheme === 'token' && goesOn === true && end < all.length ? { next: tokenOf(end) } : {}),
      },
    };
  }

  function beginOf(query: URLSearchParams, size: number): number | null {
    if (query.has('page')) return (Number(query.get('page')) - 1) * size;
    if (settings.scheme === 'offset') return Number(query.get('offset') ?? 0);
    const token = query.get('token');
    if (token === null) return 0;
    const [tokenEpoch, begin] = Buffer.from(token, 'base64url').toString().split(':').map(Number);
    return tokenEpoch === epoch && begin !== undefined && Number.isInteger(begin) ? begin : null;
  }

  function tokenOf(begin: number): string {
    return Buffer.from(`${epoch}:${begin}`).toString('base64url');
  }

  function listLines({ lines }: Job, query: URLSearchParams): SandboxReply {
    const descends = settings.order === 'both' ? query.get('sort') === 'desc' : settings.order === 'descending';
    const [since, until, after] = ['since', 'until', 'after'].map((name) => timeOf(query.get(name)));
    const within = lines.filter(
      ({ time }) =>
        (since === undefined || time >= since) &&
        (until === undefined || time <= until) &&
        (after === undefined || (descends ? time < after : time > after)),
    );
    const rows = (descends ? within.toReversed() : within).map(({ id, time, level, text }) => ({
      ...(settings.ids ? { id } : {}),
      at: formatInstant(time),
      level,
      text,
    }));
    if (settings.scheme === 'whole') return { status: 200, body: { data: rows } };
    if (settings.scheme !== 'time') return list(rows, query, said);
    const page = rows.slice(0, Math.min(Number(query.get('limit') ?? 100), rowsPerPage));
    const count = totalSaid(total, { all: lines.length, start: 0, onPage: page.length });
    return {
      status: 200,
      body: {
        data: page,
        ...(settings.total ? { count } : {}),
        ...(settings.more ? { more: moreSaid(said, page.length < rows.length) } : {}),
      },
    };
  }

  function handle({ segments, query }: SandboxRequest): SandboxReply {
    const [, kind, key, part] = segments;
    if (kind !== 'jobs') return refused(404, 'no such path');
    if (key === undefined) {
      const all = [...jobs.values()].reverse().map(shownJob);
      return list(all, query, settings.scheme === 'token' ? 'honest' : said);
    }
    const job = jobs.get(key);
    if (job === undefined) return refused(404, 'no such job');
    return part === 'lines' ? listLines(job, query) : { status: 200, body: { job: shownJob(job) } };
  }

  return {
    vendor: 'rest',
    handle,
    classify({ segments }) {
      if (segments.length === 2) return 'jobs';
      return segments.length === 3 ? 'job' : 'logs';
    },
    sourceConfig: (origin) => ({
      vendor: 'rest',
      baseUrl: `${origin}/v1`,
      auth: { type: 'none' },
      ...describedService(settings, 100),
    }),
    createJob({ name = `job ${created + 1}`, status = 'RUNNING' } = {}) {
      created += 1;
      const id = `job-${created}`;
      jobs.set(id, { id, name, status, created: START + BigInt(created) * 1_000_000n, lines: [] });
      return id;
    },
    setStatus(key, status) {
      jobOf(key).status = status;
    },
    write,
    generate(key, count, line) {
      write(
        key,
        Array.from({ length: count }, (_, index) => line(index)),
      );
    },
    clear: () => {
      jobs.clear();
    },
    expire: () => {
      epoch += 1;
    },
  };
}

/** How such a service is described. */
export function describedService(settings: ServiceSettings, pageSize: number): Readonly<Record<string, unknown>> {
  const { scheme, order, total, more, ids, bounds } = settings;
  const sized = { pageSize, sizeParameter: 'limit', ...(total ? { total: 'count' } : {}) };
  const said = more ? { more: 'more' } : {};
  const bound = bounds && scheme === 'offset';
  const paging = {
    page: { scheme: 'page', ...sized, ...said },
    offset: { scheme, ...sized, ...said },
    token: { scheme, parameter: 'token', next: 'next', ...sized, maxWalk: 1_000 },
    time: { scheme, parameter: 'after', ...sized, ...said },
    whole: { scheme },
  } as const;
  return {
    jobs: {
      list: {
        path: '/jobs',
        items: 'data',
        pagination: scheme === 'time' || scheme === 'whole' ? paging.page : paging[scheme],
      },
      one: { path: '/jobs/{job}', item: 'job' },
      key: 'id',
      name: 'name',
      status: 'state',
      createdAt: 'created',
    },
    logs: {
      path: '/jobs/{job}/lines',
      items: 'data',
      ...(ids ? { id: 'id' } : {}),
      time: 'at',
      message: 'text',
      severity: 'level',
      order: order === 'both' ? { parameter: 'sort', ascending: 'asc', descending: 'desc' } : order,
      pagination: {
        ...paging[scheme],
        ...(bound ? { since: { parameter: 'since' }, until: { parameter: 'until' } } : {}),
      },
    },
  };
}

function shownJob({ id, name, created, status }: Job): Readonly<Record<string, unknown>> {
  return { id, name, state: status.toLowerCase(), created: formatInstant(created) };
}

function timeOf(text: string | null): bigint | undefined {
  if (text === null) return undefined;
  const [seconds = '', fraction = ''] = text.replace(/Z$/, '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function refused(status: number, message: string): SandboxReply {
  return { status, body: { message } };
}
