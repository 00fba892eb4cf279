import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../cli/command-line.ts';

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly source?: string; readonly retryAfterSeconds?: number };
}

/** What a client got: the body of a GraphQL answer, and the text that it was. */
export interface Answer<T> {
  readonly data: T;
  readonly errors?: readonly AnswerError[];
  readonly text: string;
}

/** The service as an operator starts it: `tributary serve --config FILE --port 0`, in this process. */
export interface Service {
  readonly url: string;
  query<T>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer<T>>;
  /** What it has written to standard error so far: its log. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts the service on a configuration, which is written to a folder of its own. Everything is logged. */
export async function serve(
  sources: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-'));
  const file = join(folder, 'tributary.json');
  await writeFile(file, JSON.stringify({ server: { logLevel: 'trace' }, sources, ...settings }));
  const command = start(['serve', '--config', file, '--port', '0']);
  const url = (await command.firstOutput()).slice('ready at '.length).trim();
  return {
    url,
    query: (query, variables) => ask(url, query, variables),
    log: () => command.errors(),
    async stop() {
      command.stop();
      await command.done;
      await rm(folder, { recursive: true });
    },
  };
}

/** Asks a GraphQL endpoint by POST. */
export async function ask<T>(
  url: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  // The query says what is in it.
  return { ...(JSON.parse(text) as Omit<Answer<T>, 'text'>), text };
}
