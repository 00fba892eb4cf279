import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Federation } from '../../src/federation/api.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { fakeConnection, fakeEntry, fakeFederation } from './fake-federation.ts';
import { EXECUTORS } from './run.ts';

/** Promises that nothing waits for: test/support/no-unhandled-errors.ts fails the test in which one fails. */

const JOB = { source: 'up', key: 'a' };
const IDS = [
  encodeNodeId('Job', 'up', 'a'),
  encodeNodeId('Job', 'down', 'a'),
  encodeNodeId('Step', 'up', 'a', 's'),
  'x',
];
const PAGE = 'pageInfo { endCursor } totalCount';
const LINE = 'message(maxLength: $length) step { name status } attempt { number } task { name } job { name status }';
const EVERYTHING = `query ($ids: [ID!]!, $length: Int, $last: Int, $entities: [_Any!]!) {
  sources { name health { state } jobs(last: $last) { nodes { name } ${PAGE} failures { code } } }
  jobs { edges { cursor node { status source { name } steps { nodes { name } ${PAGE} } logs(last: $last) { nodes { ${LINE} } ${PAGE} } } } failures { code } }
  logs(jobs: $ids, last: $last) { edges { cursor node { ${LINE} } } nodes { ${LINE} } isComplete failures { code } ${PAGE} }
  nodes(ids: $ids) { id ... on Job { name tasks { nodes { name } } } ... on Step { name } }
  _entities(representations: $entities) { ... on Job { name } }
}`;

/** Each answer of a federation, and of what it gives: as it is, late, failing late, or thrown at once. */
function unreliable<T extends object>(value: T, next: () => number): T {
  return new Proxy(value, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function' || property === 'source') return member;
      return (...args: unknown[]) => {
        const luck = next();
        if (luck < 0.1) throw new Error('at once');
        const answer: unknown = Reflect.apply(member, target, args);
        if (!(answer instanceof Promise)) return unreliable(answer as object, next);
        answer.catch(() => undefined);
        return pause(luck * 4).then(() => (luck < 0.3 ? Promise.reject(new Error('late')) : answer));
      };
    },
  });
}

describe.each(Object.entries(EXECUTORS))('%s, no promise is left behind', (_name, run) => {
  test.each(['nodes { LINE }', 'edges { node { LINE } }'])(
    'by a row that has failed, if a later one has a value that cannot be shown: %s',
    async (rows) => {
      const entries = [fakeEntry(JOB, 1), { ...fakeEntry(JOB, 2), severityNumber: 1.5 }];
      const logs = { ...fakeConnection(entries), isComplete: () => Promise.resolve(true) };
      const selection = rows.replace('LINE', 'severityNumber job { key } message(maxLength: -1)');
      const { errors } = await run(
        fakeFederation({ logs: () => logs }),
        `{ logs(jobs: ["${IDS[0]!}"]) { ${selection} } }`,
      );
      expect(errors).not.toEqual([]);
      await pause(5);
    },
  );

  test('by a row that fails at once beside one whose source fails later', async () => {
    const entries = [fakeEntry(JOB, 1), fakeEntry(JOB, 2, { stepKey: null })];
    const federation = fakeFederation({
      logs: () => ({
        ...fakeConnection(entries),
        isComplete: () => Promise.resolve(false),
        failures: () => Promise.resolve([]),
      }),
      part: () => new Promise((_resolve, reject) => setTimeout(reject, 5, new Error('late'))),
    });
    const query = `{ logs(jobs: ["${IDS[0]!}"]) { nodes { step { status } message(maxLength: -1) } } }`;
    const { errors } = await run(federation, query);
    expect(errors.map(({ code }) => code)).toContain('BAD_USER_INPUT');
    await pause(20);
  });

  test('whatever fails, at once or late, wherever it is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.constantFrom(-1, 3, null),
        fc.constantFrom(-1, 2, null),
        async (luck, length, last) => {
          const next = () => luck.next().value as number;
          const federation: Federation = unreliable(fakeFederation(), next);
          const entities = IDS.map((id) => ({ __typename: 'Job', id }));
          await run(federation, EVERYTHING, { ids: IDS, length, last, entities });
          await run(federation, EVERYTHING, { ids: IDS.slice(0, 2), length, last, entities });
        },
      ),
      { numRuns: 60 },
    );
    await pause(20);
  });
});
