import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { ask } from '../acceptance/service.ts';
import type { Answer } from '../acceptance/service.ts';
import { start } from '../cli/command-line.ts';
import type { RunningCommand } from '../cli/command-line.ts';

const PAGE = 'nodes { __typename } edges { cursor node { __typename } } pageInfo { hasNextPage endCursor } totalCount';
const LOGS = `${PAGE} isComplete failures { code } ... { again: nodes { __typename } }`;
const JOBS = `${PAGE} failures { code }`;

const JOB = ['nemo', 'default/support-assistant-lora'] as const;
const JOB_ID = encodeNodeId('Job', ...JOB);
const OTHER_ID = encodeNodeId('Job', 'nemo', 'default/support-assistant-full');

const onJob = (field: string): string => `job(source: "${JOB[0]}", key: "${JOB[1]}") { ${field} }`;
const onParts = (parts: string, field: string): string => onJob(`${parts}(first: 1) { nodes { ${field} } }`);

/** Every connection of the graph, with its arguments in the place of `$`. */
const CONNECTIONS: readonly (readonly [what: string, field: string])[] = [
  ['root logs', `logs(jobs: ["${JOB_ID}"], $) { ${LOGS} }`],
  ['root logs of several jobs', `logs(jobs: ["${JOB_ID}", "${OTHER_ID}"], $) { ${LOGS} }`],
  ['root jobs', `jobs($) { ${JOBS} }`],
  ['jobs of a source', `source(name: "nemo") { jobs($) { ${JOBS} } }`],
  ['logs of a job', onJob(`logs($) { ${LOGS} }`)],
  ['attempts of a job', onJob(`attempts($) { ${PAGE} }`)],
  ['steps of a job', onJob(`steps($) { ${PAGE} }`)],
  ['tasks of a job', onJob(`tasks($) { ${PAGE} }`)],
  ['logs of an attempt', onParts('attempts', `logs($) { ${LOGS} }`)],
  ['steps of an attempt', onParts('attempts', `steps($) { ${PAGE} }`)],
  ['tasks of an attempt', onParts('attempts', `tasks($) { ${PAGE} }`)],
  ['logs of a step', onParts('steps', `logs($) { ${LOGS} }`)],
  ['attempts of a step', onParts('steps', `attempts($) { ${PAGE} }`)],
  ['tasks of a step', onParts('steps', `tasks($) { ${PAGE} }`)],
  ['logs of a task', onParts('tasks', `logs($) { ${LOGS} }`)],
];

let sandbox: RunningCommand;
let url: string;
/** A good cursor of another connection. */
let foreign: string;

beforeAll(async () => {
  sandbox = start(['serve', '--port', '0']);
  url = (await sandbox.firstOutput()).slice('ready at '.length).trim();
  const { data } = await ask<{ logs: { pageInfo: { endCursor: string } } }>(
    url,
    `{ logs(jobs: ["${OTHER_ID}"], first: 1, filter: { contains: "e" }) { pageInfo { endCursor } } }`,
  );
  foreign = data.logs.pageInfo.endCursor;
});

afterAll(async () => {
  sandbox.stop();
  await sandbox.done;
});

function codesOf({ errors = [] }: Answer<unknown>): readonly string[] {
  return errors.map(({ extensions }) => extensions.code);
}

describe('a cursor of another connection', () => {
  test.each(CONNECTIONS)('is one error: %s', async (_what, field) => {
    const places = [
      `first: 2, after: "garbage"`,
      `last: 2, before: "garbage"`,
      `first: 2, before: "garbage"`,
      `first: 2, after: "garbage", before: "garbage"`,
      `first: 2, after: "${foreign}"`,
    ];
    for (const place of places) {
      const answer = await ask(url, `{ ${field.replace('$', place)} }`);
      expect({ place, codes: codesOf(answer) }).toEqual({ place, codes: ['CURSOR_INVALID'] });
    }
    const good = await ask(url, `{ ${field.replace('$', 'first: 2')} }`);
    expect(codesOf(good)).toEqual([]);
  });

  test('is one error for each place that asks for such a page', async () => {
    const answer = await ask(
      url,
      `{ ${onJob(`a: logs(first: 2, after: "x") { ${LOGS} } b: steps(first: 2, after: "x") { ${PAGE} }`)} }`,
    );
    expect(codesOf(answer)).toEqual(['CURSOR_INVALID', 'CURSOR_INVALID']);
    expect(answer.errors?.map(({ path }) => path?.join('.')).sort()).toEqual(['job.a', 'job.b']);
  });
});
