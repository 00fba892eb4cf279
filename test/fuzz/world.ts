import { pino } from 'pino';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Federation } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { encodeEntryId, encodeNodeId } from '../../src/federation/node-id.ts';
import { createService } from '../../src/server/service.ts';
import type { Service } from '../../src/server/service.ts';
import { fakeSource } from '../federation/fake-sources.ts';
import { keysetNative, offsetNative, timeNative, tokenNative, wholeNative } from '../pagination/fake-natives.ts';
import type { RawLine } from '../pagination/fake-natives.ts';

const START = 1_700_000_000_000_000_000n;

function lines(count: number): readonly RawLine[] {
  return Array.from({ length: count }, (_, index) => ({
    time: START + BigInt(index) * 1_000_000n,
    id: `r${String(index).padStart(4, '0')}`,
    text: `line ${index}`,
    level: 'info',
  }));
}

/** A job on each scheme of pagination. */
const JOBS = ['token', 'opaque', 'offset', 'keyset', 'time', 'whole'];

export const JOB_IDS = JOBS.map((key) => encodeNodeId('Job', 'a', key));
export const IDS = [
  ...JOB_IDS,
  encodeNodeId('Source', 'a'),
  ...(['Attempt', 'Step', 'Task'] as const).map((type) => encodeNodeId(type, 'a', 'token', '1')),
  encodeEntryId({ source: 'a', key: 'offset', partition: '', time: START, tie: 'r0000' }),
];

export function fuzzedFederation(): Federation {
  const source = fakeSource('a', {
    token: [tokenNative(lines(20), { limit: 4, addressable: true })],
    opaque: [tokenNative(lines(20), { limit: 4, addressable: false })],
    offset: [offsetNative(lines(20), { limit: 4, timeFilter: true, total: true, tieOrdered: true })],
    keyset: [keysetNative(lines(20), { limit: 4, cursors: true, newestFirst: true, spread: 0n })],
    time: [timeNative(lines(20), { limit: 24, levels: ['info'] })],
    whole: [wholeNative(lines(10)), wholeNative(lines(10))],
  });
  for (const job of JOBS) source.statuses.set(job, 'SUCCEEDED');
  const connector = { ...source.connector, probe: () => Promise.resolve({ jobs: JOBS.length }) };
  return createFederation([{ ...source, connector }]);
}

export interface FuzzedService {
  /** Asks the service in this process. Throws if the answer is a fault of ours. */
  ask(body: unknown, accept?: string): Promise<string>;
}

/** A service without a port, and its log: what a client sends must leave no line there. */
export function fuzzedService(): FuzzedService {
  const log: string[] = [];
  let service: Service;
  beforeAll(async () => {
    const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(line) });
    service = await createService({ federation: fuzzedFederation(), logger, explorer: false, batching: 3 });
  });
  afterAll(async () => {
    await service.stop(100);
    await service.dispose();
  });
  return {
    async ask(body, accept = 'application/json') {
      const response = await service.fetch(
        new Request('http://service.example/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept },
          body: JSON.stringify(body),
        }),
      );
      const text = await response.text();
      expect(response.status).toBeLessThan(500);
      expect(text).not.toContain('INTERNAL_SERVER_ERROR');
      expect(log).toEqual([]);
      return text;
    },
  };
}
