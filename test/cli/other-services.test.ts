import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { start } from './command-line.ts';

let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** An address at which everything is answered like that. */
async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function answering(status: number, type: string, body: string, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  };
}

const UNKNOWN_FIELD = {
  errors: [
    {
      message: 'Cannot query field "sources" on type "Query".',
      locations: [{ line: 2, column: 3 }],
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ],
};

test.each([
  [answering(200, 'text/html; charset=utf-8', '<html>'), 'is no Tributary: status 200, text/html.'],
  [answering(200, 'application/json', '{"ok":true}'), 'is no Tributary: its answer is none of GraphQL.'],
  [answering(200, 'application/json', '<html>'), 'is no Tributary: its answer is no JSON.'],
  [answering(502, 'text/html', '<html>'), 'does not answer (status 502).'],
  [answering(403, 'text/html', '<html>'), 'refuses the request (status 403): send what it wants with --header.'],
  [
    answering(302, 'text/html', '', { location: 'https://login.example.com/?secret=canary' }),
    'sends elsewhere (status 302): it may be at another address, or want a login.',
  ],
  [
    answering(400, 'application/graphql-response+json', JSON.stringify(UNKNOWN_FIELD)),
    'does not know what this command asks for: it has another version, or is no Tributary (Cannot query field "sources" on type "Query".).',
  ],
])('an address of another kind of service is reported in one line (%#)', async (listener, message) => {
  const url = await serve(listener);
  const command = start(['sources', '--url', url, '--header', 'Authorization: Bearer canary']);
  expect(await command.done).toBe(1);
  expect(command.errors()).toBe(`The service at ${url} ${message}\n`);
  expect(command.output()).toBe('');
});

test('a service that cannot be reached is reported in one line', async () => {
  const url = await serve(() => undefined);
  server?.close();
  const command = start(['jobs', '--url', url]);
  expect(await command.done).toBe(1);
  expect(command.errors()).toBe(`Cannot reach the service at ${url} (ECONNREFUSED).\n`);
});

const JOB = { data: { job: { id: 'the-job' }, sources: [] } };
const LINES = ['one', 'two'].map((id) => `${JSON.stringify({ id, message: id })}\n`).join('');

test('an export that is cut off fails, and prints the cursor to continue from', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/graphql') {
      answering(200, 'application/json', JSON.stringify(JOB))(request, response);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'content-disposition': 'attachment' });
    response.write(`${LINES}{"id":"three","mess`, () => response.destroy());
  });
  const command = start(['export', 'a:b', '--url', url]);
  expect(await command.done).toBe(1);
  expect(command.output()).toBe(LINES);
  expect(command.errors()).toMatch(/^(Cannot reach|The connection to) the service .* Go on with --after two\n$/);
});

function batch(id: string, mayRepeat: boolean): string {
  const node = { id, timestamp: '2026-03-01T09:00:00Z', severity: 'INFO', message: id, exceptions: [] };
  const event = { __typename: 'LogBatch', cursor: `cursor-${id}`, mayRepeat, edges: [{ node }], dropped: null };
  return `event: next\ndata: ${JSON.stringify({ data: { logEntries: event } })}\n\n`;
}

function end(reason: string, cursor: string): string {
  const event = { __typename: 'LogStreamEnd', cursor, reason };
  return `event: next\ndata: ${JSON.stringify({ data: { logEntries: event } })}\n\nevent: complete\ndata:\n\n`;
}

test('a tail continues from its last cursor after a broken connection, and after the service has ended it', async () => {
  const asked: unknown[] = [];
  const streams = [
    `:\n\n${batch('a', false)}${batch('b', false)}event: next\nda`,
    `${batch('b', true)}${batch('c', false)}${end('SERVER_SHUTDOWN', 'cursor-shutdown')}`,
    `${batch('d', false)}${end('JOB_FINISHED', 'cursor-end')}`,
  ];
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { variables } = JSON.parse(body) as { variables: Record<string, unknown> };
      if (request.headers.accept !== 'text/event-stream') {
        answering(200, 'application/json', JSON.stringify(JOB))(request, response);
        return;
      }
      asked.push([variables['after'], variables['tail']]);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const stream = streams.shift() ?? '';
      response.write(stream, () => (stream.endsWith('da') ? response.destroy() : response.end()));
    });
  });
  const command = start(['tail', 'a:b', '-n', '2', '--url', url]);
  expect(await command.done).toBe(0);
  expect(command.output().replaceAll(/^.* INFO {2}/gm, '')).toBe('a\nb\nc\nd\n');
  expect(asked).toEqual([
    [undefined, 2],
    ['cursor-b', undefined],
    ['cursor-shutdown', undefined],
  ]);
  expect(command.errors()).toMatch(
    /Going on from there\.\n.*SERVER_SHUTDOWN.*\nThe stream has ended: JOB_FINISHED\.\n$/,
  );
});
