import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { start } from './command-line.ts';
import { fakeLine, startFakeService } from './fake-service.ts';
import type { Asked, FakeService } from './fake-service.ts';
import { parseJobChoice, patternFits } from '../../src/cli/choose/job-choice.ts';
import { JobSelection } from '../../src/cli/choose/job-selection.ts';
import { INTERRUPTED } from '../../src/cli/surroundings.ts';
import { tail } from '../../src/cli/commands/tail.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';

interface ListedJob {
  readonly source: { readonly name: string };
  readonly key: string;
  readonly name: string;
}

const job = (source: string, key: string, name: string): ListedJob => ({ source: { name: source }, key, name });

const LISTED = [
  job('ci', 'team/train-1', 'Nightly'),
  job('ci', 'team/train-2', 'Weekly'),
  job('cd', 'ship', 'nightly'),
  job('cd', 'it is', 'Ship it'),
];

/** What the list of jobs is, each time it is asked for; the last one stays. */
let lists: (readonly ListedJob[])[] = [];

const service: FakeService = await startFakeService(({ operation, variables }: Asked) => {
  const { source, key } = variables as { source: string; key: string };
  if (operation === 'JobId') return { job: { id: `${source}:${key}` }, sources: [{ name: 'ci' }, { name: 'cd' }] };
  if (operation === 'Jobs') {
    const nodes = lists.length > 1 ? lists.shift() : lists[0];
    return { jobs: { nodes, failures: [] } };
  }
  if (operation === 'Logs') return { logs: { nodes: [], failures: [] } };
  return (variables['jobs'] as string[]).map((id, index) => ({
    logEntries: {
      __typename: 'LogBatch',
      cursor: `after-${id}`,
      mayRepeat: false,
      dropped: null,
      edges: [{ node: fakeLine(index, id.split(':')[0] ?? '', id.split(':')[1] ?? '', `of ${id}`) }],
    },
  }));
});

beforeEach(() => {
  lists = [LISTED];
});

afterAll(() => {
  service.close();
});

/** The jobs whose logs are read with these arguments. */
async function chosen(...args: readonly string[]): Promise<unknown> {
  const before = service.asked.length;
  const command = start(['logs', ...args, '--url', service.url]);
  expect({ code: await command.done, errors: command.errors() }).toEqual({ code: 0, errors: '' });
  return service.asked.slice(before).find(({ operation }) => operation === 'Logs')?.variables['jobs'];
}

describe('jobs are chosen', () => {
  test.each([
    [['ci:team/train-1'], ['ci:team/train-1']],
    [[encodeNodeId('Job', 'cd', 'it is')], ['cd:it is']],
    [['ci:*'], ['ci:team/train-1', 'ci:team/train-2']],
    [
      ['ci:team/*-2', 'ship'],
      ['ci:team/train-2', 'cd:ship'],
    ],
    [['NIGHTLY'], ['ci:team/train-1', 'cd:ship']],
    [['*it'], ['cd:it is']],
    [
      ['cd:it is', 'cd:*i*'],
      ['cd:it is', 'cd:ship'],
    ],
  ])('by %j: %j', async (args, expected) => {
    expect(await chosen(...args)).toEqual(expected);
  });

  test('by status, source and a part of the name, which the sources apply', async () => {
    const before = service.asked.length;
    await chosen('--status', 'failed', '--source', 'ci', '--name', 'Night');
    expect(service.asked[before]?.variables).toEqual({
      sources: ['ci'],
      filter: { statusIn: ['FAILED'], nameContains: 'Night' },
      first: 200,
    });
  });

  test('only from the sources that a pattern names', async () => {
    const before = service.asked.length;
    await chosen('ci:*');
    expect(service.asked[before]?.variables).toMatchObject({ sources: ['ci'] });
  });
});

test.each([
  [['nightlyy'], 1, 'No job fits nightlyy. Did you mean nightly? See `tributary jobs`.\n'],
  [[], 2, 'Say which jobs: SOURCE:KEY, a name, a pattern with *, an id, or --status, --source, --name.\n'],
  [
    ['ci:a', '--status', 'failed'],
    2,
    '--status, --source and --name choose jobs: they cannot stand with a SOURCE:KEY.\n',
  ],
])('with %j the command reads nothing, ends with %s and reports the reason', async (args, code, errors) => {
  lists = [[job('ci', 'a/b', 'nightly')]];
  const command = start(['logs', ...args, '--url', service.url]);
  expect({ code: await command.done, errors: command.errors() }).toEqual({ code, errors });
});

test('if more than 50 jobs match, the command takes the newest and reports that', async () => {
  lists = [Array.from({ length: 60 }, (_, index) => job('ci', `job-${index}`, 'x'))];
  const command = start(['logs', 'ci:*', '--url', service.url]);
  await command.done;
  expect(command.errors()).toBe('60 jobs fit: the newest 50 of them are taken.\n');
  expect(service.asked.at(-1)?.variables['jobs']).toHaveLength(50);
});

test('a pattern matches a text that has its parts in order, without overlap', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, (parts, key) => {
      const name = parts.join('*');
      const expected = new RegExp(`^${parts.join('.*')}$`).test(key);
      expect(patternFits({ text: name, source: null, name }, { source: 's', key, name: '-' })).toBe(expected);
    }),
  );
});

describe('a tail of jobs that are looked for', () => {
  test('also follows jobs that match later, and prints a cursor for each', async () => {
    lists = [[job('ci', 'a', 'x')], [job('ci', 'a', 'x')], [job('ci', 'b c', 'x'), job('ci', 'a', 'x')]];
    const stopping = new AbortController();
    let output = '';
    let errors = '';
    const choice = parseJobChoice('ci:*');
    if (choice === null) throw new Error('No choice.');
    const code = await tail(
      new JobSelection([choice], {}),
      { url: service.url },
      {
        environment: {},
        folder: '/nonexistent',
        stop: stopping.signal,
        print(text) {
          output += text;
          if (output.includes('of ci:a') && output.includes('of ci:b c')) stopping.abort(INTERRUPTED);
        },
        complain: (text) => (errors += text),
      },
      5,
    );
    expect(code).toBe(130);
    expect(output).toMatch(/ ci:a of ci:a\n.* ci:b c of ci:b c\n$/);
    expect(errors).toBe(
      "Joined: ci:b c\nGo on with tail ci:a --after after-ci:a\nGo on with tail 'ci:b c' --after after-ci:b c\n",
    );
  });
});
