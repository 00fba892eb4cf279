import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventHeartbeats } from '../../src/server/graphql/event-heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const INTERVAL = 1_000;

/** An event stream, and when something was written to it, milliseconds. */
function stream() {
  const writes: number[] = [];
  const begun = Date.now();
  const write = (): boolean => {
    writes.push(Date.now() - begun);
    return true;
  };
  const state = { writableNeedDrain: false, writableEnded: false, closed: false };
  const response = Object.assign(new EventEmitter(), { write, ...state });
  const answer = new Response(null, { headers: { 'content-type': 'text/event-stream' } });
  const told = { response: answer, serverContext: { res: response as unknown as ServerResponse } };
  void eventHeartbeats(INTERVAL).onResponse?.(told as never);
  return { response, writes };
}

test('a stream of events is never silent for longer than the interval of its heartbeat', () => {
  const begun = Date.now();
  const { response, writes } = stream();
  for (const at of [0, 100, 1_150, 1_900]) {
    vi.advanceTimersByTime(at - (Date.now() - begun));
    response.write();
  }
  vi.advanceTimersByTime(2 * INTERVAL);
  response.emit('close');
  vi.advanceTimersByTime(5 * INTERVAL);
  expect(writes).toEqual([0, 100, 1_100, 1_150, 1_900, 2_900, 3_900]);
});
