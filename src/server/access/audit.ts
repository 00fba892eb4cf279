import type { Logger } from 'pino';
import type { Reading } from '../../config/access.ts';
import type { JobRef } from '../../domain/job.ts';
import type { Federation, LogConnection, LogNode, LogStreamEvent } from '../../federation/api.ts';
import type { Access } from './access.ts';

/** Most jobs that an audit line names; further jobs are only counted. */
const MOST_JOBS = 100;

/** Logs who read what: one line per operation, when it is over. */
export interface Audit {
  begin(facts: AuditFacts): Journal;
}

export interface AuditFacts {
  readonly access: Access;
  readonly reading: Reading;
  /** The operation's name, from the client. */
  readonly name: string | null;
  /** The client's address, if known. */
  readonly client: string | null;
  /** The request's id. */
  readonly requestId: string | undefined;
}

/** Records what one operation reads. */
export interface Journal {
  /** The same federation, with every read recorded. */
  watching(federation: Federation): Federation;
  /** Ends the operation and logs the line, also if it failed or its client left. Only the first call counts. */
  readonly end: () => void;
}

/** Audit lines are written regardless of the log level. */
export function createAudit(logger: Logger): Audit {
  const log = logger.child({}, { level: 'info' });
  return {
    begin({ access, reading, name, client, requestId }) {
      const read = new Read();
      let isOver = false;
      return {
        watching: (federation) => watched(federation, read),
        end() {
          if (isOver) return;
          isOver = true;
          const { caller } = access;
          log.info({ audit: { caller, client, operation: reading, name, ...read.summary() }, requestId }, 'read');
        },
      };
    },
  };
}

class Read {
  readonly #jobs = new Set<string>();
  readonly #connections = new WeakSet();
  #listed = 0;
  #lines = 0;
  #bytes = 0;

  job({ source, key }: JobRef): void {
    this.#jobs.add(`${source}:${key}`);
  }

  listed(count: number): void {
    this.#listed += count;
  }

  lines(lines: readonly Pick<LogNode, 'message'>[]): void {
    this.#lines += lines.length;
    for (const { message } of lines) this.#bytes += Buffer.byteLength(message);
  }

  /** True the first time that rows of this connection are read. */
  isFirst(connection: object): boolean {
    if (this.#connections.has(connection)) return false;
    this.#connections.add(connection);
    return true;
  }

  summary() {
    const jobs = [...this.#jobs];
    return {
      jobs: jobs.slice(0, MOST_JOBS),
      moreJobs: Math.max(0, jobs.length - MOST_JOBS),
      jobsListed: this.#listed,
      lines: this.#lines,
      messageBytes: this.#bytes,
    };
  }
}

function watched(federation: Federation, read: Read): Federation {
  function lines(connection: LogConnection): LogConnection {
    const count = <T>(rows: readonly T[], nodeOf: (row: T) => LogNode): readonly T[] => {
      if (read.isFirst(connection)) read.lines(rows.map(nodeOf));
      return rows;
    };
    return {
      edges: async () => count(await connection.edges(), ({ node }) => node),
      nodes: async () => count(await connection.nodes(), (node) => node),
      pageInfo: () => connection.pageInfo(),
      totalCount: () => connection.totalCount(),
      isComplete: () => connection.isComplete(),
      failures: () => connection.failures(),
    };
  }

  async function* events(stream: AsyncGenerator<LogStreamEvent>): AsyncGenerator<LogStreamEvent, void, undefined> {
    for await (const event of stream) {
      if (event.type === 'LogBatch') read.lines(event.edges.map(({ node }) => node));
      yield event;
    }
  }

  return {
    ...federation,
    only: (names) => watched(federation.only(names), read),
    job(ref, call) {
      read.job(ref);
      return federation.job(ref, call);
    },
    jobs(args, call) {
      const connection = federation.jobs(args, call);
      const count = <T>(rows: readonly T[]): readonly T[] => {
        if (read.isFirst(connection)) read.listed(rows.length);
        return rows;
      };
      return {
        edges: async () => count(await connection.edges()),
        nodes: async () => count(await connection.nodes()),
        pageInfo: () => connection.pageInfo(),
        totalCount: () => connection.totalCount(),
        failures: () => connection.failures(),
      };
    },
    parts(kind, job, args, call) {
      read.job(job);
      return federation.parts(kind, job, args, call);
    },
    part(kind, job, key, call) {
      read.job(job);
      return federation.part(kind, job, key, call);
    },
    logs(scopes, args, call) {
      for (const { source, scope } of scopes) read.job({ source, key: scope.job });
      return lines(federation.logs(scopes, args, call));
    },
    histogram(scopes, args, call) {
      for (const { source, scope } of scopes) read.job({ source, key: scope.job });
      return federation.histogram(scopes, args, call);
    },
    async entry(ref, call) {
      read.job(ref);
      const line = await federation.entry(ref, call);
      if (line !== null) read.lines([line]);
      return line;
    },
    async context(ref, args, call) {
      for (const job of [ref, ...(args.jobs ?? [])]) read.job(job);
      return lines(await federation.context(ref, args, call));
    },
    tail(jobs, args, call) {
      for (const job of jobs) read.job(job);
      return events(federation.tail(jobs, args, call));
    },
  };
}
