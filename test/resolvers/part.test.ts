import { expect, test } from 'vitest';
import type { PartArguments } from '../../src/federation/api.ts';
import { fakeFederation } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';

const { compiled: run } = EXECUTORS;

test('parts come from their listing alone, with their parents as references', async () => {
  const federation = fakeFederation();
  const query = `{ job(source: "up", key: "a") {
    attempts { nodes { key number status job { key } step { key } } }
    tasks { edges { cursor node { name createdAt attempt { key } step { id key } } } }
  } }`;
  const { data, errors } = await run(federation, query);
  expect(errors).toEqual([]);
  expect(data).toMatchObject({
    job: {
      attempts: { nodes: [{ key: 'attempt', number: 1, status: 'RUNNING', job: { key: 'a' }, step: { key: 'step' } }] },
      tasks: {
        edges: [
          { cursor: 'cursor-0', node: { name: 'Task task', attempt: { key: 'attempt' }, step: { key: 'step' } } },
        ],
      },
    },
  });
  expect(federation.asked).toEqual(['attempts up/a', 'tasks up/a']);
});

test('children are asked for with the key of their parent', async () => {
  const inner = fakeFederation();
  const asked: [string, PartArguments][] = [];
  const federation = fakeFederation({
    parts: (kind, job, args, call) => (asked.push([kind, args]), inner.parts(kind, job, args, call)),
  });
  const query = `{ job(source: "up", key: "a") {
    steps(first: 1) { nodes { attempts(last: 2) { totalCount } tasks { totalCount } } }
    attempts { nodes { steps { totalCount } tasks { totalCount } } }
  } }`;
  expect((await run(federation, query)).errors).toEqual([]);
  expect(asked).toEqual([
    ['Step', { first: 1 }],
    ['Attempt', {}],
    ['Attempt', { last: 2, step: 'step' }],
    ['Task', { step: 'step' }],
    ['Step', { attempt: 'attempt' }],
    ['Task', { attempt: 'attempt' }],
  ]);
});
