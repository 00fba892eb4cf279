import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Variables } from '../follower.ts';
import { TAIL } from '../follower.ts';
import type { StreamEvent, Transport } from '../follower.ts';

/** A subscriber that can stop reading from its socket, and go on. */
export interface StallingReader {
  readonly events: readonly StreamEvent[];
  stall(): void;
  goOn(): void;
  close(): void;
}

export async function readStalling(transport: Transport, url: string, variables: Variables): Promise<StallingReader> {
  const events: StreamEvent[] = [];
  const note = (answer: unknown): void => {
    // The query says what is in it.
    events.push((answer as { readonly data: { readonly logEntries: StreamEvent } }).data.logEntries);
  };
  const payload = { query: TAIL, variables };
  const socket = await (transport === 'SSE' ? overSse(url, payload, note) : overWebSocket(url, payload, note));
  return { events, ...socket };
}

type Socket = Omit<StallingReader, 'events'>;

async function overSse(url: string, payload: unknown, note: (answer: unknown) => void): Promise<Socket> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const asked = request(`${url}/graphql`, { method: 'POST', headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
  asked.end(JSON.stringify(payload));
  const response = await answered;
  let text = '';
  response.setEncoding('utf8').on('error', () => undefined);
  response.on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^event: next\ndata: (.*)$/.exec(block)?.[1];
      if (data !== undefined) note(JSON.parse(data));
    }
  });
  return {
    stall() {
      response.pause();
    },
    goOn() {
      response.resume();
    },
    close() {
      asked.destroy();
    },
  };
}

async function overWebSocket(url: string, payload: unknown, note: (answer: unknown) => void): Promise<Socket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8')) as { readonly type: string; readonly payload?: unknown };
    if (message.type === 'connection_ack') socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }));
    if (message.type === 'next') note(message.payload);
  });
  socket.send(JSON.stringify({ type: 'connection_init' }));
  return {
    stall() {
      socket.pause();
    },
    goOn() {
      socket.resume();
    },
    close() {
      socket.terminate();
    },
  };
}
