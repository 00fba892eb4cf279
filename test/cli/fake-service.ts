import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An operation that a command asked of a service. */
export interface Asked {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface FakeService {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): void;
}

/** The data of an answer; of a subscription the events, after which its stream stays open. */
type Answer = (asked: Asked) => object;

/** A service that answers as it is told. */
export async function startFakeService(answer: Answer): Promise<FakeService> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { query, variables } = JSON.parse(body) as { query: string; variables: Asked['variables'] };
      const operation = /(?:query|subscription) (\w+)/.exec(query)?.[1] ?? '';
      asked.push({ operation, variables });
      const data = answer({ operation, variables });
      if (!Array.isArray(data)) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of data) response.write(`event: next\ndata: ${JSON.stringify({ data: event as unknown })}\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A line as the graph gives it. */
export function fakeLine(number: number, source: string, key: string, message: string, more: object = {}): object {
  return {
    id: `line-${number}`,
    job: { source: { name: source }, key },
    attempt: null,
    step: null,
    task: null,
    timestamp: `2026-01-31T08:00:0${number}.5Z`,
    severity: 'INFO',
    severityNumber: 9,
    severityText: null,
    message,
    exceptions: [],
    attributes: null,
    ...more,
  };
}
