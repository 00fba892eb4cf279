import { test } from 'vitest';
import fc from 'fast-check';
import { parseInstant } from '../../../src/domain/time.ts';
import type { Bed, Line } from './bed.ts';
import { START } from './bed.ts';
import { PATIENCE } from './draw.ts';
import { readWhole, rowsOf } from './oracle.ts';
import type { ServedBed } from './served-bed.ts';
import { findById } from './walk.ts';

/** Far years: the borders of what RFC 3339 can write, of clocks with 32 and 64 bits, and of the epoch. */
const YEARS = [
  '0001-01-02T00:00:00Z',
  '1677-09-21T00:12:43Z',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2038-01-19T03:14:08Z',
  '2262-04-11T23:47:17Z',
  '2286-11-20T17:46:40Z',
  '9999-12-31T23:59:59Z',
] as const;

/** A line is the same line under its own id, whatever the year of its clock. */
export function checkAnyYear(bed: Bed, served: () => ServedBed): void {
  test(
    'finds a line by its own id, whatever its year',
    async () => {
      for (const create of fc.sample(bed.dialects, 5)) {
        const instance = create();
        served().use(instance);
        const key = instance.createJob();
        const lines = YEARS.map((text, index): Line => {
          const behind = (parseInstant(text)?.nanoseconds ?? 0n) - START;
          const slot = behind / bed.spacing;
          // What is more than a number holds exactly is left to the fraction.
          const exact = BigInt(Number(slot));
          const fine = behind - exact * bed.spacing;
          return { slot: Number(slot), fine, text: `line ${index}`, severity: 'info', step: 0, task: 0 };
        });
        const expected = rowsOf(served().source, key, instance.write(key, lines));
        const world = { beds: [served()], scopes: [{ source: served().source, scope: { job: key } }], expected };
        const whole = await readWhole(world);
        for (const pick of whole.keys()) await findById(world, whole, pick);
      }
    },
    PATIENCE,
  );
}
