import { createSourceEventStream, parse, subscribe } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/context.ts';
import type { Call } from '../../src/domain/call.ts';
import type { JobRef } from '../../src/domain/job.ts';
import type { Federation, LogStreamEvent, TailArguments } from '../../src/federation/api.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { schema } from '../../schema/index.ts';
import { fakeEntry, fakeFederation, fakeTail } from './fake-federation.ts';

const JOB = { source: 'up', key: 'a' };
const ID = encodeNodeId('Job', 'up', 'a');

const BATCH: LogStreamEvent = {
  type: 'LogBatch',
  edges: [{ cursor: 'one', late: true, node: fakeEntry(JOB, 1) }],
  cursor: 'batch',
  hasMorePastEntries: false,
  mayRepeat: false,
  dropped: { count: 2, reason: 'too slow', firstCursor: 'x', lastCursor: null },
};
const STATUS: LogStreamEvent = {
  type: 'LogStreamStatus',
  state: 'LIVE',
  lagSeconds: 0.5,
  cursor: 'batch',
  failure: null,
};
const END: LogStreamEvent = { type: 'LogStreamEnd', reason: 'JOB_FINISHED', cursor: 'end' };

function contextOf(federation: Federation) {
  return createContext(federation, { signal: new AbortController().signal, authorization: 'Bearer me' });
}

async function stream(federation: Federation, query: string) {
  const result = await subscribe({ schema, document: parse(query), contextValue: contextOf(federation) });
  if (!(Symbol.asyncIterator in result)) throw new Error(JSON.stringify(result));
  return result;
}

async function all(events: AsyncIterable<ExecutionResult>): Promise<unknown[]> {
  const results: unknown[] = [];
  for await (const { data, errors } of events) {
    expect(errors).toBeUndefined();
    results.push(JSON.parse(JSON.stringify(data?.['logEntries'])));
  }
  return results;
}

describe('a subscription to log entries', () => {
  test('delivers what the tail delivers', async () => {
    const federation = fakeFederation({ tail: () => fakeTail([BATCH, STATUS, END]) });
    const query = `subscription { logEntries(jobs: ["${ID}"]) {
      __typename
      ... on LogBatch {
        edges { cursor late node { message } } cursor hasMorePastEntries mayRepeat
        dropped { count reason firstCursor lastCursor }
      }
      ... on LogStreamStatus { state lagSeconds cursor failure { code } }
      ... on LogStreamEnd { reason cursor }
    } }`;
    expect(await all(await stream(federation, query))).toEqual([
      {
        __typename: 'LogBatch',
        edges: [{ cursor: 'one', late: true, node: { message: 'line 1' } }],
        cursor: 'batch',
        hasMorePastEntries: false,
        mayRepeat: false,
        dropped: { count: 2, reason: 'too slow', firstCursor: 'x', lastCursor: null },
      },
      { __typename: 'LogStreamStatus', state: 'LIVE', lagSeconds: 0.5, cursor: 'batch', failure: null },
      { __typename: 'LogStreamEnd', reason: 'JOB_FINISHED', cursor: 'end' },
    ]);
  });

  test('hands on where to begin, what to keep, and whose credentials to use', async () => {
    const asked: [readonly JobRef[], TailArguments, string | null][] = [];
    const federation = fakeFederation({
      tail: (jobs, args, call) => {
        asked.push([jobs, args, call.authorization]);
        return fakeTail([END]);
      },
    });
    const query = `subscription { logEntries(jobs: ["${ID}", "${ID}"], after: "c", tail: 3, filter: { minSeverity: ERROR }) { __typename } }`;
    await all(await stream(federation, query));
    expect(asked).toEqual([[[JOB], { after: 'c', tail: 3, filter: { minSeverity: 'ERROR' } }, 'Bearer me']]);
  });

  test('loads what an event needs again for each event', async () => {
    const calls: Call[] = [];
    const inner = fakeFederation();
    const federation = fakeFederation({
      tail: () => fakeTail([BATCH, BATCH]),
      job: (ref, call) => {
        calls.push(call);
        return inner.job(ref, call);
      },
    });
    const query = `subscription { logEntries(jobs: ["${ID}"]) { ... on LogBatch { edges { node { job { status } } } } } }`;
    await all(await stream(federation, query));
    expect(calls).toHaveLength(2);
    expect(calls[0]).not.toBe(calls[1]);
  });

  test('ends its tail at once when it is left while it waits for a line', async () => {
    const signals: AbortSignal[] = [];
    const federation = fakeFederation({
      // eslint-disable-next-line require-yield -- it waits for a line that never comes
      tail: async function* (_jobs, _args, call) {
        signals.push(call.signal);
        await new Promise((resolve) => {
          call.signal.addEventListener('abort', resolve);
        });
      },
    });
    const events = await stream(federation, `subscription { logEntries(jobs: ["${ID}"]) { __typename } }`);
    const waiting = events.next();
    await events.return(undefined);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  test.each([
    ['no job', '[]'],
    ['a text that is no id', '["forged"]'],
  ])('of %s is refused', async (_what, jobs) => {
    const document = parse(`subscription { logEntries(jobs: ${jobs}) { __typename } }`);
    const result = await createSourceEventStream({ schema, document, contextValue: contextOf(fakeFederation()) });
    expect(result).toMatchObject({ errors: [{ originalError: { code: 'BAD_USER_INPUT' } }] });
  });
});
