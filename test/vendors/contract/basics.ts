import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { Job } from '../../../src/domain/job.ts';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import type { Doubts } from '../../../src/sandbox/doubts.ts';
import { residualOf } from '../../../src/federation/log-filter/filter.ts';
import type { PartReader } from '../../../src/vendors/connector.ts';
import type { Partition } from '../../../src/pagination/core/partition.ts';
import type { Ordered } from '../../../src/domain/ordered.ts';
import type { Bed, Line } from './bed.ts';
import { NASTY, PATIENCE, settingsOf } from './draw.ts';
import { readOn } from './oracle.ts';
import { onReplica } from './served-bed.ts';
import type { Replica, ServedBed } from './served-bed.ts';
import { oneJobArbitrary, setUpJob } from './world.ts';
import { anyCharacter } from '../../support/any-character.ts';

/** Fewer runs than of the laws: each of these asks for many jobs. */
const RUNS = 25;

/** What every connector does beside reading logs. */
export function checkBasics(bed: Bed, served: () => ServedBed): void {
  test(
    'lists every job once, by any page size, and counts them or does not say',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          bed.dialects,
          fc.nat({ max: 2 }),
          fc.nat({ max: 3 }),
          fc.integer({ min: 7, max: 200 }),
          async (create, pages, more, first) => {
            const instance = create();
            served().use(instance);
            const size = await onReplica([served()], (replica) =>
              Promise.resolve(replica.connector(served().source).jobLists[0]?.pageSize ?? 0),
            );
            const keys = Array.from({ length: pages * size + more }, () => instance.createJob());
            const listed: Job[] = [];
            for (let after: string | null = null; ;) {
              const { nodes, info, total } = await onReplica([served()], async ({ federation }, call) => {
                const connection = federation.jobs({ first, after }, call);
                return {
                  nodes: await connection.nodes(),
                  info: await connection.pageInfo(),
                  total: await connection.totalCount(),
                };
              });
              listed.push(...nodes);
              if (total !== null) expect(total).toBe(keys.length);
              if (!info.hasNextPage) break;
              after = info.endCursor;
            }
            expect(listed.map(({ key }) => key).sort()).toEqual([...keys].sort());
          },
        ),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'gives jobs by key in the order of the keys, and null for unknown keys',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          bed.dialects,
          fc.array(fc.nat({ max: 9 }), { maxLength: 30 }),
          fc.array(fc.constantFrom(...bed.unknownJobs, ...NASTY), { maxLength: 5 }),
          async (create, picks, unknown) => {
            const instance = create();
            served().use(instance);
            const there = Array.from({ length: 10 }, () => instance.createJob());
            const asked = [...picks.map((pick) => there[pick] ?? ''), ...unknown];
            const keys = [...new Set(asked)].sort((a, b) => a.length - b.length || (a < b ? 1 : -1));
            const found = await onReplica([served()], (replica, call) =>
              replica.connector(served().source).getJobs(keys, call),
            );
            expect(found.map((job) => (job instanceof Error ? job : (job?.key ?? null)))).toEqual(
              keys.map((key) => (there.includes(key) ? key : null)),
            );
          },
        ),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'gives many jobs by key as it gives each of them alone, whatever its lists get wrong',
    async () => {
      const doubtful = Object.values(bed.doubtful).map((create) =>
        doubtsArbitrary.map((doubts) =>
          Object.assign(() => create(doubts), { [fc.toStringMethod]: () => fc.stringify(doubts) }),
        ),
      );
      const instances = fc.oneof(bed.dialects, ...doubtful);
      await fc.assert(
        fc.asyncProperty(instances, fc.integer({ min: 1, max: 130 }), fc.nat({ max: 9 }), async (create, many, of) => {
          const instance = create();
          served().use(instance);
          const there = Array.from({ length: many }, () => instance.createJob());
          const keys = [...there.filter((_, index) => index % 10 >= of).slice(0, 25), ...bed.unknownJobs];
          const [together, again, alone] = await onReplica([served()], async (replica) => {
            const connector = replica.connector(served().source);
            return [
              await connector.getJobs(keys, createCall()),
              await connector.getJobs(keys, createCall()),
              (await Promise.all(keys.map((key) => connector.getJobs([key], createCall())))).flat(),
            ];
          });
          expect(together).toEqual(alone);
          expect(again).toEqual(alone);
        }),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'gives an error for the keys of a call that fails, and the other jobs all the same',
    async () => {
      await fc.assert(
        fc.asyncProperty(bed.dialects, async (create) => {
          const instance = create();
          served().use(instance);
          const keys = Array.from({ length: 4 }, () => instance.createJob());
          // A list that could show many of them is refused, too.
          if (bed.jobsFailAlone)
            served().server.inject({ kinds: ['jobs'], times: 1, what: { do: 'status', status: 403, body: '{}' } });
          served().server.inject({ kinds: ['job'], times: 1, what: { do: 'status', status: 403, body: '{}' } });
          const found = await onReplica([served()], (replica, call) =>
            replica.connector(served().source).getJobs(keys, call),
          );
          const failed = found.filter((job) => job instanceof Error);
          expect(failed).toHaveLength(bed.jobsFailAlone ? 1 : keys.length);
          expect(failed[0]).toMatchObject({ code: 'SOURCE_FORBIDDEN', source: served().source });
          expect(
            found.flatMap((job, index) =>
              job === null || job instanceof Error || job.key === keys[index] ? [] : [job],
            ),
          ).toEqual([]);
          expect(found).not.toContain(null);
        }),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'reports NOT_FOUND for the log of an unknown job',
    async () => {
      await fc.assert(
        fc.asyncProperty(bed.dialects, fc.constantFrom(...bed.unknownJobs), fc.boolean(), async (create, job, back) => {
          const instance = create();
          served().use(instance);
          instance.createJob();
          const args = back ? { last: 5 } : { first: 5 };
          const reading = onReplica([served()], ({ federation }, call) =>
            federation.logs([{ source: served().source, scope: { job } }], args, call).edges(),
          );
          await expect(reading).rejects.toMatchObject({ code: 'NOT_FOUND' });
        }),
        settingsOf(RUNS),
      );
    },
    PATIENCE,
  );

  test(
    'reaches jobs by any name, and no other path by it',
    async () => {
      await fc.assert(
        fc.asyncProperty(bed.dialects, nastyArbitrary, nastyArbitrary, async (create, name, part) => {
          const instance = create();
          served().use(instance);
          const key = instance.createJob('plain');
          const named = name === 'plain' ? key : instance.createJob(name);
          served().server.resetCalls();
          await onReplica([served()], (replica) =>
            askAbout(replica, served().source, [key, named, name, `${key}/${name}`, `${key}${name}`], [part, name]),
          );
          for (const { url } of served().server.calls) {
            const [path = ''] = url.split('?');
            expect(path).toMatch(bed.paths);
            // No server or proxy takes a part of it for a step up or for another path.
            expect(new URL(url, 'http://x').pathname).toBe(path);
            expect(url).toMatch(/^[!-~]+$/);
          }
          const found = await onReplica([served()], ({ federation }, call) =>
            federation.jobs({ first: 100, filter: { nameContains: name } }, call).nodes(),
          );
          expect(found.map((job) => job.key).sort()).toEqual(
            ['plain', name].includes(name) && 'plain'.includes(name.toLowerCase()) ? [key, named].sort() : [named],
          );
        }),
        settingsOf(RUNS * 4),
      );
    },
    PATIENCE,
  );

  test('has exactly the attempts, steps and tasks that its capabilities name', async () => {
    const instance = fc.sample(bed.dialects, 1)[0]!();
    served().use(instance);
    const key = instance.createJob();
    const line: Line = { slot: 0, fine: 0n, text: 'step', severity: 'info', step: 0, task: 0 };
    instance.write(key, [line]);
    instance.addParts?.(key);
    await onReplica([served()], async (replica) => {
      const connector = replica.connector(served().source);
      const call = createCall();
      const { attempts, steps, tasks } = connector.capabilities;
      const { Attempt, Step, Task } = connector.parts;
      const count = async <T extends Ordered>(parts: PartReader<T> | undefined): Promise<number> =>
        countOf((await parts?.list(key, call)) ?? []);
      expect([Attempt, Step, Task].map((parts) => parts !== undefined)).toEqual([attempts, steps, tasks]);
      expect((await count(Attempt)) > 0).toBe(attempts);
      expect((await count(Step)) > 0).toBe(steps);
      expect((await count(Task)) > 0).toBe(tasks);
    });
  });

  test('leaves a field that the filter gets tomorrow to the reader, whatever it applies itself', async () => {
    const instance = fc.sample(bed.dialects, 1)[0]!();
    served().use(instance);
    const job = instance.createJob();
    const known: Required<LogFilter> = {
      minSeverity: 'INFO',
      severityIn: ['ERROR'],
      includeUnspecified: false,
      contains: 'x',
      notContains: ['y'],
      matches: 'z',
      attemptIn: ['a'],
      stepIn: ['s'],
      taskIn: ['t'],
    };
    await onReplica([served()], async (replica, call) => {
      const connector = replica.connector(served().source);
      for (const fields of [[], ...Object.keys(known).map((field) => [field]), Object.keys(known)]) {
        const asked = Object.fromEntries(Object.entries(known).filter(([field]) => fields.includes(field)));
        const filter = { ...asked, tomorrow: 'x' } as LogFilter;
        for (const scope of [{ job }, { job, attempt: 'a' }, { job, step: 's' }, { job, task: 't' }]) {
          const reading = await connector.logs(scope, filter, call);
          expect(residualOf(filter, reading)).toMatchObject({ tomorrow: 'x' });
        }
        if (connector.follow === undefined) continue;
        expect(residualOf(filter, await connector.follow(job, filter, call))).toMatchObject({ tomorrow: 'x' });
      }
    });
  });

  test('describes the parts that its lines name as it describes them elsewhere', async () => {
    const instance = fc.sample(bed.dialects, 1)[0]!();
    served().use(instance);
    const job = instance.createJob();
    instance.addParts?.(job);
    const lines = [0, 1, 2, 3].map((part): Line => ({
      slot: part,
      fine: 0n,
      text: 'x',
      severity: 'info',
      step: part,
      task: part,
    }));
    instance.write(job, lines);
    await onReplica([served()], async (replica, call) => {
      const connector = replica.connector(served().source);
      const rows = await replica.federation
        .logs([{ source: served().source, scope: { job } }], { first: 10 }, call)
        .nodes();
      expect(rows).not.toEqual([]);
      for (const { stepKey, taskKey, attemptKey } of rows) {
        const step = stepKey === null ? null : await connector.parts.Step?.find(job, stepKey, call);
        const task = taskKey === null ? null : await connector.parts.Task?.find(job, taskKey, call);
        const attempt = attemptKey === null ? null : await connector.parts.Attempt?.find(job, attemptKey, call);
        const { stepName, taskName, attemptNumber } = connector.names ?? {};
        // The vendor knows the part only from the line.
        const said = [
          [step?.name, stepName?.(stepKey ?? '')],
          [task?.name, taskName?.(taskKey ?? '')],
          [attempt?.number, attemptNumber?.(attemptKey ?? '')],
        ];
        for (const [elsewhere, here] of said) expect(elsewhere ?? here ?? null).toBe(here ?? elsewhere ?? null);
      }
    });
  });

  test(
    'requests pages of its own size, whatever a client requests',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          oneJobArbitrary(bed),
          fc.constantFrom(13, 17, 37, 211),
          fc.boolean(),
          async (job, size, back) => {
            // Some vendors are asked again, in pages of any size, for lines with equal texts: `DoubledRows`.
            const lines = job.lines.map((line, index) => ({ ...line, text: `${index} ${line.text}` }));
            const { scopes, beds } = setUpJob(served(), { ...job, lines });
            // What the configuration says may be just that.
            const { pageSize } = served().instance.options;
            fc.pre(pageSize !== size && pageSize !== size + 1);
            const { capabilities } = await onReplica(beds, (replica) =>
              Promise.resolve(replica.connector(served().source)),
            );
            const sizes: (number | null)[][] = [];
            for (const asked of [size, size + 1]) {
              served().server.resetCalls();
              if (back)
                await onReplica(beds, ({ federation }, call) => federation.logs(scopes, { last: asked }, call).edges());
              else await readOn(beds, scopes, { first: asked });
              const seen = served()
                .server.calls.filter(({ kind }) => kind === 'logs')
                .map((call) => bed.nativeSize(call));
              sizes.push([...new Set(seen)].sort());
            }
            const native = sizes.flat().filter((one) => one !== null);
            expect(native).not.toContain(size);
            expect(native).not.toContain(size + 1);
            expect(native.every((one) => one > 0 && one <= (capabilities.maxPageSize ?? 0))).toBe(true);
            expect(native.length === 0).toBe(capabilities.maxPageSize === null);
          },
        ),
        settingsOf(RUNS * 2),
      );
    },
    PATIENCE,
  );
}

const doubtsArbitrary: fc.Arbitrary<Partial<Doubts>> = fc.record({
  total: fc.constantFrom('honest', 'null', 'zero', 'too-low', 'too-high', 'shrinking', 'of-page'),
  more: fc.constantFrom('honest', 'always', 'never', 'missing'),
  rowsPerPage: fc.constantFrom(Infinity, 10, 3),
  ignoresPlace: fc.boolean(),
});

const nastyArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<string>(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: anyCharacter, minLength: 1, maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...NASTY), fc.constantFrom(...NASTY)).map((names) => names.join('')),
  },
);

/** Every call of a connector that takes names from a client. The results are not checked here. */
async function askAbout(
  replica: Replica,
  source: string,
  jobs: readonly string[],
  parts: readonly string[],
): Promise<void> {
  const call = createCall();
  const { federation } = replica;
  const connector = replica.connector(source);
  const asked: Promise<unknown>[] = [connector.getJobs(jobs, call)];
  for (const job of jobs) {
    asked.push(federation.logs([{ source, scope: { job } }], { first: 5 }, call).edges());
    for (const part of parts) {
      for (const kind of ['Attempt', 'Step', 'Task'] as const)
        asked.push(federation.part(kind, { source, key: job }, part, call));
      for (const scope of [{ attempt: part }, { step: part }, { task: part }]) {
        asked.push(federation.logs([{ source, scope: { job, ...scope } }], { first: 5 }, call).edges());
      }
      const filter = { contains: part, stepIn: [part], since: '2026-01-01T00:00:00Z' };
      asked.push(federation.logs([{ source, scope: { job } }], { first: 5, filter }, call).edges());
    }
  }
  await Promise.allSettled(asked);
}

async function countOf<T extends Ordered>(partitions: readonly Partition<T>[]): Promise<number> {
  let count = 0;
  for (const partition of partitions) {
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 10 } as const;
    for await (const { rows } of partition.read(request, createCall())) count += rows.length;
  }
  return count;
}
