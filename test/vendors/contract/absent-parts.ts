import fc from 'fast-check';
import { expect } from 'vitest';
import type { Call } from '../../../src/domain/call.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { PartKind } from '../../../src/domain/job.ts';
import type { Bed, Instance } from './bed.ts';
import { NASTY } from './draw.ts';
import { onReplica } from './served-bed.ts';
import type { Replica, ServedBed } from './served-bed.ts';

const KINDS = ['Attempt', 'Step', 'Task'] as const;
const SCOPE = { Attempt: 'attempt', Step: 'step', Task: 'task' } as const;

/** Upper bound on the calls that find out that a part does not exist, and read the log that it does not have. */
const MOST_CALLS = 12;

export interface AbsentPart {
  readonly create: () => Instance;
  readonly kind: PartKind;
  /** A key that no part has, or the number of a part of another job or of another kind. */
  readonly key: string | number;
  /** True if the job has parts. */
  readonly hasParts: boolean;
}

export function absentPartArbitrary(bed: Bed): fc.Arbitrary<AbsentPart> {
  return fc.record({
    create: bed.dialects,
    kind: fc.constantFrom(...KINDS),
    key: fc.oneof(
      fc.nat({ max: 99 }),
      fc.constantFrom('absent', '', '0', '1', '-1', '1e3', 'null', ...NASTY),
      fc.string(),
    ),
    hasParts: fc.boolean(),
  });
}

/**
 * A part that does not exist is null or one error, and its log has no lines, in a few calls. It is never another part,
 * and its log is never that of another part or of the whole job.
 */
export async function findAbsentPart(served: ServedBed, { create, kind, key, hasParts }: AbsentPart): Promise<void> {
  const instance = create();
  served.use(instance);
  const [job, other] = [instance.createJob(), instance.createJob()];
  fill(instance, other, 'of another job');
  if (hasParts) fill(instance, job, 'of the job');
  const known = new Map<string, PartKind>();
  for (const each of KINDS) for (const one of await keysOf(served, each, job)) known.set(`${each} ${one}`, each);
  const others = [job, other, ...(await Promise.all(KINDS.map(async (each) => keysOf(served, each, other)))).flat()];
  const own = [...known].map(([name, each]) => name.slice(each.length + 1));
  const taken = [...others, ...own];
  const wanted = typeof key === 'string' ? key : (taken[key % taken.length] ?? 'absent');
  if (known.has(`${kind} ${wanted}`)) return;

  served.server.resetCalls();
  const found = await onReplica([served], async ({ federation }, call) => {
    try {
      return (await federation.part(kind, { source: served.source, key: job }, wanted, call)) ?? null;
    } catch (error) {
      return codeOf(error);
    }
  });
  expect(['NOT_FOUND', null]).toContain(found);
  expect(served.server.calls.length).toBeLessThanOrEqual(MOST_CALLS);

  served.server.resetCalls();
  const log = await onReplica([served], async (replica, call) => logOf(served, replica, call, kind, job, wanted));
  expect(log.messages).toEqual([]);
  expect(log.failures.length).toBeLessThanOrEqual(1);
  for (const code of log.failures) expect(['NOT_FOUND', 'SOURCE_TRUNCATED']).toContain(code);
  expect(served.server.calls.length).toBeLessThanOrEqual(MOST_CALLS);
}

function fill(instance: Instance, job: string, text: string): void {
  instance.addParts?.(job);
  instance.write(
    job,
    [0, 1, 2, 3].map((slot) => ({ slot, fine: 0n, text, severity: 'info', step: slot, task: slot })),
  );
}

async function keysOf(served: ServedBed, kind: PartKind, job: string): Promise<readonly string[]> {
  return onReplica([served], async ({ federation }, call) => {
    const connection = federation.parts(kind, { source: served.source, key: job }, { first: 1_000 }, call);
    return (await connection.nodes()).map((part) => part.key);
  });
}

async function logOf(
  served: ServedBed,
  { federation }: Replica,
  call: Call,
  kind: PartKind,
  job: string,
  key: string,
): Promise<{ readonly messages: readonly string[]; readonly failures: readonly string[] }> {
  const scope = { job, [SCOPE[kind]]: key };
  try {
    const connection = federation.logs([{ source: served.source, scope }], { first: 100, listFailures: true }, call);
    const messages = (await connection.nodes()).map(({ message }) => message);
    return { messages, failures: (await connection.failures()).map(({ code }) => code) };
  } catch (error) {
    return { messages: [], failures: [codeOf(error)] };
  }
}

function codeOf(error: unknown): string {
  return error instanceof TributaryError ? error.code : String(error);
}
