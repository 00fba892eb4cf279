import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Partition } from '../../../src/pagination/core/partition.ts';
import { DEFAULT_SETTINGS } from '../../../src/sandbox/softwareone/settings.ts';
import { Abilities } from '../../../src/vendors/softwareone/abilities.ts';
import { logPartition } from '../../../src/vendors/softwareone/logs/logs.ts';
import { severityFilterOf } from '../../../src/vendors/softwareone/pushdown/severity.ts';
import { MILLISECOND, positionOf, readRows, START, startHarness } from './harness.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

const harness = await startHarness();
let job: string;

beforeEach(() => {
  harness.simulation.configure(DEFAULT_SETTINGS);
  job = harness.simulation.createJob();
});
afterAll(() => harness.close());

describe('a read of the lines of one severity', () => {
  /** Every third line is an error. */
  function write(count: number): void {
    harness.simulation.write(
      job,
      Array.from({ length: count }, (_, index) => ({
        time: START + BigInt(index) * MILLISECOND,
        message: `at ${index}`,
        severity: index % 3 === 0 ? ('error' as const) : ('info' as const),
      })),
    );
  }

  function partitionWith(abilities: Abilities): Partition<LogEntry> {
    const log = { task: job, taskKey: null, severity: severityFilterOf({ severityIn: ['ERROR'] }) };
    return logPartition('', harness.context(abilities), log);
  }

  const isWanted = ({ severity }: LogEntry): boolean => severity.number === 17;

  test('continues without the filter if the source has lost it meanwhile, and does not resume it', async () => {
    write(90);
    const abilities = new Abilities();
    abilities.lose('logs of severities');
    const found: LogEntry[] = [];
    let pages = 0;
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 90 } as const;
    for await (const { rows } of partitionWith(abilities).read(request, createCall())) {
      found.push(...rowsOf({ rows }).filter(isWanted));
      pages += 1;
      // Another log was the cause: the first rows of the filtered list are not those read so far.
      if (pages === 2) abilities.restore(['logs of severities']);
      if (pages === 5) abilities.lose('logs of severities');
    }
    expect(found.map(({ message }) => message)).toEqual(Array.from({ length: 30 }, (_, index) => `at ${index * 3}`));
  });

  test('does not use a page number of the whole log in the filtered list', async () => {
    write(45);
    harness.simulation.configure({ unfilterable: ['timestamp'] });
    const without = new Abilities();
    without.lose('logs of severities', 'logs within times');
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 90 } as const;
    const seen: { row: LogEntry; hint: Json }[] = [];
    for await (const { rows } of partitionWith(without).read(request, createCall())) {
      seen.push(...rows);
    }
    // The filtered list grows to the length that the whole log had.
    harness.simulation.write(
      job,
      Array.from({ length: 90 }, (_, index) => ({
        time: START + BigInt(100 + index) * MILLISECOND,
        message: `later ${index}`,
        severity: 'error' as const,
      })),
    );
    for (const { row, hint } of seen) {
      const fresh = new Abilities();
      fresh.lose('logs within times');
      const rest = await readRows(partitionWith(fresh), { from: positionOf(row), hint });
      const plain = await readRows(partitionWith(without), { from: positionOf(row) });
      expect(rest.filter(isWanted)).toEqual(plain.filter(isWanted));
    }
  });
});
