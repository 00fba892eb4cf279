import { request } from 'node:http';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Subscribing {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Each result. */
  readonly onEvent: (result: unknown) => void;
  /** The connection is gone. */
  readonly onClose: () => void;
}

/** One connection with one subscription. */
export interface Transport {
  /** Stops reading the socket: what comes waits in the system's buffers, and then at the server. */
  pause(): void;
  resume(): void;
  cut(): void;
}

export type TransportFactory = (subscribing: Subscribing) => Transport;

/** graphql-transport-ws. The client does not reconnect by itself: like a page, it resumes from its cursor. */
export function overWebSocket(url: string): TransportFactory {
  return ({ query, variables, onEvent, onClose }) => {
    let socket: WebSocket | null = null;
    const client = createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: {
        opened: (opened) => {
          socket = opened as WebSocket;
        },
      },
    });
    client.subscribe({ query, variables }, { next: onEvent, error: onClose, complete: onClose });
    return {
      pause: () => {
        socket?.pause();
      },
      resume: () => {
        socket?.resume();
      },
      cut: () => {
        socket?.terminate();
      },
    };
  };
}

/** Server-sent events, distinct connections mode. */
export function overEvents(url: string): TransportFactory {
  return ({ query, variables, onEvent, onClose }) => {
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    let rest = '';
    const outgoing = request(`${url}/graphql`, { method: 'POST', headers, agent: false }, (incoming) => {
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        const events = (rest + chunk).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          const data = /^data: (.+)$/m.exec(event)?.[1];
          if (data !== undefined) onEvent(JSON.parse(data));
        }
      });
      incoming.on('error', () => undefined);
      incoming.on('close', onClose);
    });
    outgoing.on('error', () => undefined);
    outgoing.end(JSON.stringify({ query, variables }));
    return {
      pause: () => {
        outgoing.socket?.pause();
      },
      resume: () => {
        outgoing.socket?.resume();
      },
      cut: () => {
        outgoing.destroy();
      },
    };
  };
}
