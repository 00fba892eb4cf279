import process from 'node:process';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createAssistantServer } from './server.ts';
import type { Federation } from '../federation/api.ts';

/** Serves one assistant over standard input and output until it disconnects or the signal is aborted. */
export async function serveAssistant(federation: Federation, stop: AbortSignal): Promise<void> {
  const server = createAssistantServer(federation);
  const over = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    stop.addEventListener('abort', () => {
      resolve();
    });
    // The transport does not notice the end of standard input.
    process.stdin.once('end', resolve);
  });
  await server.connect(new StdioServerTransport());
  if (!stop.aborted) await over;
  await server.close();
}
