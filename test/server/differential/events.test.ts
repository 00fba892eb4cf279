import { parse, subscribe, validate } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../../schema/index.ts';
import { createContext } from '../../../src/context.ts';
import { TributaryError } from '../../../src/domain/errors.ts';
import type { LogStreamEvent } from '../../../src/federation/api.ts';
import { encodeNodeId } from '../../../src/federation/node-id.ts';
import { subscribeCompiled } from '../../../src/server/graphql/compiled-queries.ts';
import { fakeEntry, fakeFederation } from '../../resolvers/fake-federation.ts';
import { comparable } from './comparable.ts';
import { randomSubscription } from './random-operation.ts';
import type { RandomOperation } from './random-operation.ts';

const DOCUMENTS = Number(process.env['DIFFERENTIAL'] ?? 500);
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);
const JOB = encodeNodeId('Job', 'up', 'a');

function batch(numbers: readonly number[], parts: object = {}): LogStreamEvent {
  const edges = numbers.map((number) => ({
    node: fakeEntry({ source: number % 2 === 0 ? 'up' : 'down', key: 'a' }, number),
    cursor: `cursor-${number}`,
    late: number === 3,
  }));
  const dropped = { count: 2, reason: 'They were deleted.', firstCursor: null, lastCursor: 'cursor-1' };
  return { type: 'LogBatch', edges, cursor: 'cursor', hasMorePastEntries: false, mayRepeat: true, dropped, ...parts };
}

const FAILURE = {
  source: 'down',
  jobId: null,
  code: 'SOURCE_UNAVAILABLE' as const,
  message: 'down',
  retryAfterSeconds: 2,
};

const EVENTS: readonly LogStreamEvent[] = [
  batch([1, 2, 3]),
  { type: 'LogStreamStatus', state: 'SOURCE_ERROR', lagSeconds: 1.5, cursor: 'cursor', failure: FAILURE },
  // A null where null must not be.
  batch([4], { cursor: null }),
  batch([]),
  { type: 'LogStreamEnd', reason: 'JOB_FINISHED', cursor: 'cursor' },
];

const federation = fakeFederation({
  async *tail() {
    for (const event of EVENTS) yield await Promise.resolve(event);
    throw new TributaryError('NOT_FOUND', 'The job no longer exists.');
  },
});

type Subscribe = (args: ExecutionArgs) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;

/** What a subscriber receives, in order, and the error that ends its stream. */
async function received(run: Subscribe, document: DocumentNode, operation: RandomOperation): Promise<unknown[]> {
  const contextValue = createContext(federation, { signal: new AbortController().signal, authorization: null });
  const { operationName, variables: variableValues } = operation;
  const result = await run({ schema, document, contextValue, variableValues, operationName });
  if (!(Symbol.asyncIterator in result)) return [comparable(result)];
  const events: unknown[] = [];
  try {
    for await (const event of result) events.push(comparable(event));
  } catch (error) {
    events.push((error as Error).message);
  }
  return events;
}

test(
  `events of ${DOCUMENTS} generated subscriptions are answered as graphql-js does`,
  { timeout: 600_000 },
  async () => {
    let compared = 0;
    let whole = 0;
    let compiledWhole = 0;
    for (let seed = SEED; compared < DOCUMENTS; seed += 1) {
      const operation = randomSubscription(schema, [JOB], seed);
      const document = parse(operation.document);
      if (validate(schema, document).length > 0) continue;
      compared += 1;
      const interpreted = await received(subscribe, document, operation);
      let asked = 0;
      const mayCompile = (): boolean => (asked += 1) > 0;
      const compiled = await received((args) => subscribeCompiled(args, null, mayCompile), document, operation);
      if (interpreted.length > EVENTS.length) whole += 1;
      // What could not be compiled is tried again for each event.
      if (interpreted.length > EVENTS.length && asked === 1) compiledWhole += 1;
      expect(compiled, `${operation.document}\n${JSON.stringify(operation.variables)}`).toEqual(interpreted);
    }
    // The others have wrong variables or arguments.
    expect(whole / compared).toBeGreaterThan(0.3);
    expect(compiledWhole / whole).toBeGreaterThan(0.7);
  },
);
