import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import type { LineFilter, LogArguments } from '../../src/federation/api.ts';
import { createFederation } from '../../src/federation/create-federation.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { offsetNative, wholeNative } from '../pagination/fake-natives.ts';
import { FAST, fakeSource } from './fake-sources.ts';

const START = 1_700_000_000_000_000_000n;
const JOBS = ['a', 'b', 'c'] as const;
const STEPS = ['load', 'train', 'test'] as const;
const SCOPES = JOBS.map((job) => ({ source: 'up', scope: { job } }));

const idOf = (job: string, step: string): string => encodeNodeId('Step', 'up', job, step);

/** Three jobs that have the same steps; each line names its job and step. */
function source() {
  const lines = (job: string, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const step = STEPS[index % STEPS.length] ?? '';
      const time = START + BigInt(index) * 1_000_000n;
      return { time, id: `${job}${String(index).padStart(3, '0')}`, text: `${job} ${step} ${index}`, level: step };
    });
  const offset = { limit: 5, timeFilter: true, total: true, tieOrdered: true };
  const up = fakeSource('up', {
    a: [offsetNative(lines('a', 20), offset)],
    b: [wholeNative(lines('b', 11))],
    c: [offsetNative(lines('c', 8), offset)],
  });
  for (const job of JOBS) up.statuses.set(job, 'SUCCEEDED');
  return up;
}

const federation = createFederation([source()], { tail: FAST });

async function messagesOf(args: LogArguments): Promise<string[]> {
  const messages: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 50; page += 1) {
    const connection = federation.logs(SCOPES, { ...args, first: 7, after }, createCall());
    messages.push(...(await connection.nodes()).map(({ message }) => message));
    const { hasNextPage, endCursor } = await connection.pageInfo();
    if (!hasNextPage) return messages;
    after = endCursor;
  }
  throw new Error('The log has no end.');
}

async function followed(filter: LineFilter): Promise<string[]> {
  const messages: string[] = [];
  const jobs = JOBS.map((key) => ({ source: 'up', key }));
  for await (const event of federation.tail(jobs, { filter, tail: 100 }, createCall())) {
    if (event.type === 'LogBatch') messages.push(...event.edges.map(({ node }) => node.message));
  }
  return messages;
}

describe('`parts` of a filter', () => {
  const everyPart = JOBS.flatMap((job) => STEPS.map((step) => ({ job, step })));
  const chosen = fc.subarray(everyPart);

  test('narrow each job to its own parts, and leave jobs without any whole, in every way to read lines', async () => {
    const all = await messagesOf({});
    expect(all).toHaveLength(39);
    await fc.assert(
      fc.asyncProperty(chosen, fc.subarray([...STEPS], { minLength: 1 }), fc.boolean(), async (parts, steps, both) => {
        const expected = all.filter((message) => {
          const [job = '', step = ''] = message.split(' ');
          const own = parts.filter((part) => part.job === job);
          const isOwn = own.length === 0 || own.some((part) => part.step === step);
          return isOwn && (!both || steps.some((each) => each === step));
        });
        const filter = {
          parts: parts.map(({ job, step }) => idOf(job, step)),
          ...(both ? { stepIn: steps } : {}),
        };
        expect(await messagesOf({ filter })).toEqual(expected);
        expect(await messagesOf({ filter, descending: true })).toEqual(expected.toReversed());
        expect((await federation.histogram(SCOPES, { filter }, createCall())).total).toBe(expected.length);
      }),
      { numRuns: 30 },
    );
  });

  test('narrow a tail in the same way', async () => {
    const filter = { parts: [idOf('a', 'train'), idOf('b', 'load'), idOf('b', 'test')] };
    const expected = await messagesOf({ filter });
    expect(expected).toHaveLength(7 + 7 + 8);
    expect((await followed(filter)).toSorted()).toEqual(expected.toSorted());
  });

  test('of other jobs do not matter, and cursors are those of the filter', async () => {
    const elsewhere = { parts: [idOf('d', 'load'), encodeNodeId('Step', 'down', 'a', 'load')] };
    expect(await messagesOf({ filter: elsewhere })).toEqual(await messagesOf({}));
    const filter = { parts: [idOf('a', 'load'), idOf('b', 'load')] };
    const { endCursor: after } = await federation.logs(SCOPES, { first: 2, filter }, createCall()).pageInfo();
    const turned = { parts: filter.parts.toReversed() };
    const next = await federation.logs(SCOPES, { first: 1, after, filter: turned }, createCall()).nodes();
    expect(next.map(({ message }) => message)).toEqual(['c load 0']);
    await expect(federation.logs(SCOPES, { first: 1, after }, createCall()).nodes()).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });

  test.each([
    [['nonsense'], 'The id is not one that this service has given out.'],
    [[encodeNodeId('Job', 'up', 'a')], 'filter.parts takes ids of attempts, steps and tasks; this is the id of a Job.'],
    [Array.from({ length: 101 }, () => idOf('a', 'load')), 'filter.parts has 101 values; at most 100 are allowed.'],
  ])('that are none are refused (%#)', async (parts, message) => {
    const refused = { code: 'BAD_USER_INPUT', message };
    const args = { filter: { parts } };
    await expect((async () => federation.logs(SCOPES, args, createCall()).nodes())()).rejects.toMatchObject(refused);
    await expect((async () => followed(args.filter))()).rejects.toMatchObject(refused);
  });
});
