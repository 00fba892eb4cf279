import { describe, expect, test } from 'vitest';
import { start } from './command-line.ts';
import { checkSource } from '../../src/cli/commands/check.ts';
import type { CheckResult } from '../../src/cli/commands/check.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import type { Connector, Probe } from '../../src/vendors/connector.ts';

async function checkAnswering(probe: () => Promise<Probe>): Promise<Omit<CheckResult, 'latencyMilliseconds'>> {
  // The one method that a check may call.
  const connector = { probe } as unknown as Connector;
  const { latencyMilliseconds, ...result } = await checkSource(
    { name: 'first', vendor: 'orchard', connector },
    new AbortController().signal,
  );
  expect(latencyMilliseconds).toBeGreaterThanOrEqual(0);
  return result;
}

describe('the check of one source', () => {
  test('reports what it found', async () => {
    expect(await checkAnswering(async () => Promise.resolve({ jobs: 7 }))).toEqual({
      source: 'first',
      vendor: 'orchard',
      reachable: true,
      authorised: true,
      jobs: 7,
      error: null,
    });
  });

  test.each<[ErrorCode, number | undefined, boolean, boolean | null]>([
    ['SOURCE_UNAUTHENTICATED', 401, true, false],
    ['SOURCE_FORBIDDEN', 403, true, false],
    ['SOURCE_UNAVAILABLE', undefined, false, null],
    ['SOURCE_UNAVAILABLE', 503, true, null],
    ['SOURCE_TIMEOUT', undefined, false, null],
    ['SOURCE_RATE_LIMITED', 429, true, null],
    ['SOURCE_BAD_RESPONSE', undefined, true, null],
  ])('understands %s with status %s', async (code, status, reachable, authorised) => {
    const failure = new TributaryError(code, 'first: no', { source: 'first', status });
    expect(await checkAnswering(async () => Promise.reject(failure))).toEqual({
      source: 'first',
      vendor: 'orchard',
      reachable,
      authorised,
      jobs: null,
      error: { code, message: 'first: no' },
    });
  });

  test('does not show what an unexpected error says', async () => {
    const result = await checkAnswering(async () => Promise.reject(new Error('token hunter2')));
    expect(result.error?.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

describe('tributary check', () => {
  test('finds every source of the sandbox reachable and authorised', async () => {
    const command = start(['check', '--json']);
    expect(await command.done).toBe(0);
    const results = JSON.parse(command.output()) as readonly CheckResult[];
    expect(results.map(({ source }) => source)).toEqual(Object.keys(SIMULATED));
    for (const { reachable, authorised, jobs, error } of results) {
      expect({ reachable, authorised, error }).toEqual({ reachable: true, authorised: true, error: null });
      expect(jobs).toBeGreaterThan(0);
    }
  });
});
