import { pino } from 'pino';
import { afterEach } from 'vitest';
import type { Federation } from '../../src/federation/api.ts';
import { createServer } from '../../src/server/server.ts';
import type { RunningServer, ServerOptions } from '../../src/server/server.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';

const running: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

export interface TestServer extends RunningServer {
  /** Lines of the log, as it was written. */
  readonly log: string[];
  query(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly errors: readonly { message: string; path?: unknown[]; extensions: Record<string, unknown> }[] | undefined;
}

/** A server on a free port of the loopback, closed after the test. */
export async function start(
  federation: Federation = fakeFederation(),
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const log: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  const server = await createServer({
    federation,
    host: '127.0.0.1',
    port: 0,
    logger,
    graceMilliseconds: 200,
    // `GENERAL_WAY=1` runs the tests of a file without the short way of ordinary queries: they hold for both.
    shortWay: process.env['GENERAL_WAY'] !== '1',
    ...options,
  });
  running.push(server);
  return {
    ...server,
    log,
    query: async (query, variables = {}, headers = {}) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
    },
  };
}
