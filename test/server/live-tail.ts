import { fakeEntry, fakeFederation } from '../resolvers/fake-federation.ts';
import type { LogStreamEvent } from '../../src/federation/api.ts';

const JOB = { source: 'up', key: 'a' };

/** A federation whose tail delivers lines when the test says so, and that knows how many listen. */
export function liveFederation() {
  const listeners = new Set<(event: LogStreamEvent | null) => void>();
  const waiting: { count: number; resolve: () => void }[] = [];

  function changed(): void {
    for (const { count, resolve } of waiting) if (listeners.size === count) resolve();
  }

  async function* tail(signal: AbortSignal): AsyncGenerator<LogStreamEvent, void, undefined> {
    const queue: (LogStreamEvent | null)[] = [];
    let wake: () => void = () => undefined;
    const listener = (event: LogStreamEvent | null) => {
      queue.push(event);
      wake();
    };
    signal.addEventListener('abort', () => {
      listener(null);
    });
    listeners.add(listener);
    changed();
    try {
      for (;;) {
        const event = queue.shift();
        if (event === null) return;
        if (event !== undefined) yield event;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      listeners.delete(listener);
      changed();
    }
  }

  function send(event: LogStreamEvent): void {
    for (const listener of listeners) listener(event);
  }

  const federation = fakeFederation({
    tail: (_jobs, _args, call) => tail(call.signal),
    close: () => {
      send({ type: 'LogStreamEnd', reason: 'SERVER_SHUTDOWN', cursor: 'last' });
      for (const listener of listeners) listener(null);
      return Promise.resolve();
    },
  });

  return {
    federation,
    /** Sends a line to every subscriber. */
    line(number: number): void {
      const node = fakeEntry(JOB, number);
      const edges = [{ cursor: `line-${number}`, late: false, node }];
      send({
        type: 'LogBatch',
        edges,
        cursor: `line-${number}`,
        hasMorePastEntries: false,
        mayRepeat: false,
        dropped: null,
      });
    },
    /** How many listen now. */
    count: () => listeners.size,
    /** Resolves when that many listen. */
    listening(count: number): Promise<void> {
      if (listeners.size === count) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push({ count, resolve });
      });
    },
  };
}
