import fc from 'fast-check';
import type { Bed, Instance, Line } from './bed.ts';
import { lineArbitrary, logArbitrary, shownBriefly } from './draw.ts';
import { rowsOf } from './oracle.ts';
import type { World } from './oracle.ts';
import type { ServedBed } from './served-bed.ts';

/** One job at one vendor in a random dialect, and another beside it whose lines must never show. */
export interface OneJob {
  readonly create: () => Instance;
  readonly lines: readonly Line[];
}

export function oneJobArbitrary(bed: Bed): fc.Arbitrary<OneJob> {
  return fc.record({ create: bed.dialects, lines: logArbitrary(bed) });
}

export function setUpJob(served: ServedBed, { create, lines }: OneJob): World & { readonly key: string } {
  const instance = create();
  served.use(instance);
  const other = instance.createJob();
  const key = instance.createJob();
  if (lines[0] !== undefined) instance.write(other, [{ ...lines[0], text: 'of another job' }]);
  return {
    beds: [served],
    key,
    scopes: [{ source: served.source, scope: { job: key } }],
    expected: rowsOf(served.source, key, instance.write(key, lines)),
  };
}

/** Jobs of all vendors: one is busy, one is empty, the others are neither. */
export interface ManyJobs {
  readonly creates: readonly (() => Instance)[];
  readonly jobs: readonly { readonly bed: number; readonly lines: readonly Line[] }[];
}

export function manyJobsArbitrary(beds: readonly Bed[]): fc.Arbitrary<ManyJobs> {
  const vendor = fc.nat({ max: beds.length - 1 });
  const quiet = fc.record({ bed: vendor, lines: fc.array(lineArbitrary, { maxLength: 4 }) });
  const busy = fc.record({
    bed: vendor,
    lines: fc
      .tuple(fc.array(lineArbitrary, { minLength: 30, maxLength: 60 }), fc.constantFrom(1, 5))
      .map(([lines, often]) => shownBriefly(Array.from({ length: often }, () => lines).flat())),
  });
  const empty = fc.record({ bed: vendor, lines: fc.constant<readonly Line[]>([]) });
  return fc.record({
    creates: fc.tuple(...beds.map(({ dialects }) => dialects)),
    jobs: fc.tuple(busy, empty, fc.array(quiet, { maxLength: 8 })).map(([one, none, others]) => [one, none, ...others]),
  });
}

export function setUpJobs(served: readonly ServedBed[], { creates, jobs }: ManyJobs): World {
  for (const [index, bed] of served.entries()) {
    const create = creates[index];
    if (create !== undefined) bed.use(create());
  }
  const placed = jobs.map(({ bed, lines }) => {
    const found = served[bed];
    if (found === undefined) throw new Error('There is no such bed.');
    const key = found.instance.createJob();
    return {
      scope: { source: found.source, scope: { job: key } },
      rows: rowsOf(found.source, key, found.instance.write(key, lines)),
    };
  });
  return { beds: served, scopes: placed.map(({ scope }) => scope), expected: placed.flatMap(({ rows }) => rows) };
}
