import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SandboxReply } from '../../../src/sandbox/types.ts';
import type { Bed } from './bed.ts';
import { PATIENCE, settingsOf } from './draw.ts';
import { textOfBody } from './odd-rows.ts';
import { onReplica } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';

/** What gateways and services say of an error with status 200. */
const ERRORS: readonly Readonly<Record<string, unknown>>[] = [
  { error: { code: 13, message: 'internal' } },
  { error: 'internal' },
  { error: true },
  { errors: [{ message: 'internal' }] },
  { errors: { mistake: ['internal'] } },
  { detailedError: 'internal' },
  { exception: 'java.lang.IllegalStateException' },
  { success: false, message: 'internal' },
  { ok: false },
  { code: 500, message: 'internal' },
  { statusCode: '503' },
  { status: 'failed' },
  { title: 'Internal', status: 500, traceId: '00-1' },
  { Error: 'internal' },
  { '@odata.error': { code: 'internal' } },
  { fault: { faultstring: 'internal' } },
  { isError: true },
];

/** Members of an answer without rows that mean that something is wrong. */
const COMPLAINTS: readonly Readonly<Record<string, unknown>>[] = [
  { message: 'internal' },
  { detail: 'internal' },
  { detail: [{ loc: ['query', 'limit'], msg: 'internal' }] },
  { details: [{ reason: 'internal' }] },
  { code: 13, message: 'internal', details: [] },
  { code: 'INTERNAL' },
  { status: 'unavailable' },
  { title: 'Internal' },
  { warning: 'internal' },
  { warnings: ['internal'] },
  { reason: 'internal' },
  { Message: 'internal' },
  { error_description: 'internal' },
  { partial: true },
];

/** Members that report a failure, unless a row shows otherwise. */
const FAILURES: readonly Readonly<Record<string, unknown>>[] = [
  { state: 'ERROR' },
  { result: 'error' },
  { State: 'failed' },
];

/** The same members of an answer without an error. */
const NO_ERROR: readonly Readonly<Record<string, unknown>>[] = [
  { error: null, errors: null },
  { error: '', errors: [] },
  { error: {}, errors: {} },
  { error: false },
  { error: 0 },
  { success: true, ok: true },
  { code: 0, message: '', details: [] },
  { status: 'ok', warnings: [] },
  { status: 200, detail: null },
];

/** Bodies that are no list and no job of any vendor. */
const OTHERS: readonly string[] = [
  ...[
    ...ERRORS,
    ...COMPLAINTS,
    ...FAILURES,
    { result: {} },
    { status: 'error' },
    'internal',
    '',
    7,
    true,
    null,
    [],
    [{ message: 'internal' }],
    ...['x', 7, true].flatMap((rows) => [{ data: rows }, { results: rows }, { taskrunner: rows }]),
  ].map((body) => JSON.stringify(body)),
  '',
  ' ',
  '<html><body>Sign in</body></html>',
  '{"data":[',
  '{"error":',
];

/** What is asked for, and how many rows of it there are. */
const QUESTIONS = {
  logs: ({ federation }, { source }, key, call) =>
    federation
      .logs([{ source, scope: { job: key } }], { first: 10 }, call)
      .nodes()
      .then(({ length }) => length),
  jobs: ({ federation }, _served, _key, call) =>
    federation
      .jobs({ first: 10 }, call)
      .nodes()
      .then(({ length }) => length),
  job: ({ federation }, { source }, key, call) =>
    federation.job({ source, key }, call).then((job) => (job === null ? 0 : 1)),
} satisfies Record<string, Question<number>>;

type Question<T> = (...asked: [Asking[0], ServedBed, string, Asking[1]]) => Promise<T>;
type Asking = Parameters<Parameters<typeof onReplica>[1]>;
type Kind = keyof typeof QUESTIONS;

const KINDS = Object.keys(QUESTIONS) as Kind[];

const BAD = { code: 'SOURCE_BAD_RESPONSE' };

/** The failures of a connection that must have no rows. */
function failuresOf(kind: 'logs' | 'jobs'): Question<unknown> {
  return async ({ federation }, { source }, key, call) => {
    const connection =
      kind === 'jobs'
        ? federation.jobs({ first: 10, listFailures: true }, call)
        : federation.logs([{ source, scope: { job: key } }], { first: 10, listFailures: true }, call);
    expect(await connection.nodes()).toEqual([]);
    return connection.failures();
  };
}

/** A body of another shape than requested is a bad answer, and never an answer without rows. */
export function checkOddBodies(bed: Bed, served: () => ServedBed): void {
  /** How many rows the altered answer has; or why it is refused. */
  async function read(
    kind: Kind,
    alter: (body: string) => string,
    question: Question<unknown> = QUESTIONS[kind],
  ): Promise<unknown> {
    const { instance } = served();
    const key = instance.createJob();
    instance.write(key, [{ slot: 0, fine: 0n, text: 'x', severity: 'info', step: 0, task: 0 }]);
    served().alterReplies([kind], async (reply: SandboxReply) => ({
      ...reply,
      body: alter(await textOfBody(reply.body)),
    }));
    return onReplica([served()], (replica, call) => question(replica, served(), key, call)).catch(
      (error: unknown) => error,
    );
  }

  async function beside(kind: Kind, members: Readonly<Record<string, unknown>>): Promise<unknown> {
    return read(kind, (body) => JSON.stringify({ ...(JSON.parse(body) as object), ...members }));
  }

  for (const kind of KINDS) {
    const besideRows =
      bed.takesWords === true ? 'reads rows whatever stands beside them' : 'refuses an error beside rows';
    test(`does not mistake another answer for that to a request for ${kind}, and ${besideRows}`, async () => {
      const use = (): void => {
        served().use(fc.sample(bed.dialects, 1)[0]!());
      };
      use();
      const isText = kind === 'logs' && bed.textLogs !== undefined;
      // A text without lines is an empty log.
      for (const other of isText ? OTHERS.filter((text) => text !== '') : OTHERS) {
        const found = await read(kind, () => other);
        expect({ other, found }).toMatchObject({ other, found: BAD });
      }
      if (isText) return;
      for (const error of kind === 'job' ? [] : ERRORS) {
        if (bed.takesWords === true) use();
        const found = await beside(kind, error);
        expect({ error, found }).toMatchObject({ error, found: bed.takesWords === true ? 1 : BAD });
      }
      for (const error of NO_ERROR) {
        use();
        expect({ error, found: await beside(kind, error) }).toEqual({ error, found: 1 });
      }
      for (const empty of bed.empty[kind]) {
        const found = await read(kind, () => JSON.stringify(empty));
        expect({ empty, found }).toEqual({ empty, found: 0 });
        for (const error of [...ERRORS, ...FAILURES, ...(bed.takesWords === true ? [] : COMPLAINTS)]) {
          const body = { ...(empty as object), ...error };
          expect({ body, found: await read(kind, () => JSON.stringify(body)) }).toMatchObject({ body, found: BAD });
        }
      }
    });
  }

  test.each(['logs', 'jobs'] as const)(
    'does not mistake an answer without %s that counts or promises some for an empty list',
    async (kind) => {
      for (const body of bed.promised[kind]) {
        served().use(fc.sample(bed.dialects, 1)[0]!());
        const found = await read(kind, () => JSON.stringify(body), failuresOf(kind));
        expect({ body, found }).toMatchObject({ body, found: [BAD] });
      }
    },
  );

  test(
    'refuses any other JSON, whatever is asked for',
    async () => {
      await fc.assert(
        fc.asyncProperty(bed.dialects, fc.constantFrom(...KINDS), fc.jsonValue(), async (create, kind, body) => {
          const text = JSON.stringify(body);
          fc.pre(!bed.empty[kind].some((empty) => JSON.stringify(empty) === text));
          served().use(create());
          expect(await read(kind, () => text)).toMatchObject(BAD);
        }),
        settingsOf(50),
      );
    },
    PATIENCE,
  );
}
