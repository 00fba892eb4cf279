import { afterEach, describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { SHARE_ROWS } from '../../src/domain/fair-share.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import { comparePositions } from '../../src/domain/ordered.ts';
import type { Federation, LogStreamEvent } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import type { FederatedSource } from '../../src/federation/source.ts';
import type { Partition } from '../../src/pagination/core/partition.ts';
import type { Connector } from '../../src/vendors/connector.ts';
import { entryOf, FAST, fakeSource } from './fake-sources.ts';

const ROWS = 2_000;
const NOW = BigInt(Date.now()) * 1_000_000n;

let looked = 0;
let federation: Federation;

/** An entry that counts how often a filter judges it. */
function watched(index: number): LogEntry {
  const tie = String(index).padStart(6, '0');
  const entry = entryOf({ time: NOW + BigInt(index), tie, id: tie, text: 'a line', level: 'info' });
  return Object.defineProperty({ ...entry }, 'stepKey', {
    get: () => {
      looked += 1;
      return index % 500 === 499 ? 'rare' : 'common';
    },
  });
}

const many = (from: number): LogEntry[] => Array.from({ length: ROWS }, (_, index) => watched(from + index));

const RARE = { stepIn: ['rare'] };

/** A source that returns all its rows in one native page: only the scan itself can yield to others. */
function sourceOf(entries: readonly LogEntry[]): FederatedSource {
  const source = fakeSource('a', {});
  source.statuses.set('job', 'RUNNING');
  const partition: Partition<LogEntry> = {
    key: '',
    count: () => Promise.resolve(null),
    async *read({ direction, from, until }) {
      await Promise.resolve();
      const sign = direction === 'forward' ? 1 : -1;
      const rows = entries
        .filter((row) => from === null || comparePositions(row, from) * sign > 0)
        .filter((row) => until === null || comparePositions(row, until) * sign < 0);
      if (sign < 0) rows.reverse();
      yield { rows: rows.map((row) => ({ row, hint: null })), more: false, pages: 1 };
    },
  };
  const logs: Connector['logs'] = () => Promise.resolve({ partitions: [partition], applied: [] });
  return { ...source, connector: { ...source.connector, logs } };
}

/** Waiting work may run before or after the scan in a turn. */
const MOST_PER_TURN = 2 * SHARE_ROWS;

/** The most rows judged between two turns of the event loop while `work` ran. */
async function mostPerTurn(work: () => Promise<void>): Promise<number> {
  let most = 0;
  let before = looked;
  const working = { over: false };
  const done = work().finally(() => {
    working.over = true;
  });
  // A health check would run at the same point as this.
  while (!working.over) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, looked - before);
    before = looked;
  }
  await done;
  return most;
}

afterEach(async () => {
  await federation.close();
});

test.each([{ first: 5 }, { last: 5 }])(
  'a page that a filter searches for keeps nothing else waiting (%o)',
  async (args) => {
    federation = createFederation([sourceOf(many(0))]);
    looked = 0;
    const most = await mostPerTurn(async () => {
      const scopes = [{ source: 'a', scope: { job: 'job' } }];
      const connection = federation.logs(scopes, { ...args, filter: RARE }, createCall());
      expect(await connection.nodes()).toHaveLength(4);
    });
    expect(looked).toBeGreaterThanOrEqual(ROWS);
    expect(most).toBeLessThanOrEqual(MOST_PER_TURN);
  },
);

describe('a tail whose filter judges many lines at once blocks nothing else', () => {
  const jobs = [{ source: 'a', key: 'job' }];
  const leaving = new AbortController();
  const call = createCall({ signal: leaving.signal });
  const settings = { ...FAST, keepLines: 3 * ROWS, holdLines: 3 * ROWS };

  async function take(events: AsyncGenerator<LogStreamEvent, void, undefined>, count: number): Promise<void> {
    for (let found = 0; found < count;) {
      const { value, done } = await events.next();
      if (done === true) throw new Error('The tail has ended.');
      if (value.type === 'LogBatch') found += value.edges.length;
    }
  }

  test('when it begins with the last lines of a feed', async () => {
    federation = createFederation([sourceOf(many(0))], { tail: settings });
    const other = federation.tail(jobs, { tail: 1 }, call);
    await take(other, 1);
    looked = 0;
    const most = await mostPerTurn(() => take(federation.tail(jobs, { tail: 3, filter: RARE }, call), 3));
    expect(looked).toBeGreaterThanOrEqual(ROWS);
    expect(most).toBeLessThanOrEqual(MOST_PER_TURN);
  });

  test('when they come in one poll', async () => {
    const entries = many(0);
    federation = createFederation([sourceOf(entries)], { tail: settings });
    const events = federation.tail(jobs, { tail: 1, filter: RARE }, call);
    await take(events, 1);
    looked = 0;
    const most = await mostPerTurn(() => {
      entries.push(...many(ROWS));
      return take(events, 4);
    });
    expect(looked).toBeGreaterThanOrEqual(ROWS);
    expect(most).toBeLessThanOrEqual(MOST_PER_TURN);
  });
});
