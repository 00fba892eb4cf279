import { existsSync, readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { subgraphText } from '../../src/library/texts.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { start } from '../cli/command-line.ts';
import { createCall } from '../../src/domain/call.ts';
import { BEDS } from '../vendors/contract/beds/index.ts';
import { onReplica, serveBed } from '../vendors/contract/served-bed.ts';

const guide = readFileSync('docs/subgraph.md', 'utf8');
const blocks = (language: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);

test('the subgraph of the guide composes beside ours', () => {
  const [reviews = ''] = blocks('graphql');
  const { errors } = composeServices([
    { name: 'tributary', typeDefs: parse(subgraphText()) },
    { name: 'reviews', typeDefs: parse(reviews) },
  ]);
  expect(errors).toBeUndefined();
});

test('the settings of the guide are valid', () => {
  const options = { origin: 'guide', vendors: VENDORS, environment: {} };
  const servers = blocks('json').map((setting) => parseConfiguration(JSON.parse(setting), options).server);
  expect(servers).toMatchObject([{ subgraphNodes: false }, { subgraphTraces: true }]);
});

test('the commands of the guide print a graph', async () => {
  const lines = [...(blocks('sh')[0] ?? '').matchAll(/^npx --no-install tributary (.*) > \S+$/gm)].map(
    ([, args = '']) => args,
  );
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const command = start(line.split(' '));
    expect(await command.done).toBe(0);
    expect(() => parse(command.output())).not.toThrow();
  }
});

test.each(BEDS.filter(({ definition }) => definition.vendor !== 'rest'))(
  'twenty entities of $definition.title cost the calls that the guide says',
  async (bed) => {
    const served = await serveBed(bed);
    const [instance] = Object.values(bed.doubtful).map((create) => create({}));
    if (instance === undefined) throw new Error('No instance.');
    served.use(instance);
    const jobs = Array.from({ length: 20 }, () => instance.createJob());
    const calls = await onReplica([served], async (replica) => {
      const connector = replica.connector(served.source);
      const counts: number[] = [];
      const count = async (ask: () => Promise<unknown>): Promise<void> => {
        const before = served.server.calls.length;
        await ask();
        counts.push(served.server.calls.slice(before).filter(({ kind }) => kind !== 'token').length);
      };
      const found = await connector.getJobs(jobs.slice(0, 1), createCall());
      expect(found).toMatchObject([{ key: jobs[0] }]);
      await count(() => connector.getJobs(jobs, createCall()));
      const { Step: steps, Task: tasks } = connector.parts;
      const call = createCall();
      // A step that ByteNite has, and a task of another job.
      await count(() =>
        Promise.all(
          jobs.map(async (job) =>
            steps === undefined ? tasks?.find(job, job, call) : steps.find(job, 'PARTITIONER', call),
          ),
        ),
      );
      return counts;
    });
    await served.close();
    const [, ofJobs, ofParts] =
      new RegExp(`^\\| \\[${bed.definition.title}\\]\\(\\S+\\)\\s*\\| (\\d+)\\s*\\| (\\d+)`, 'm').exec(guide) ?? [];
    expect(calls).toEqual([Number(ofJobs), Number(ofParts)]);
  },
);

test('the versions of the guide are those that the tests run', () => {
  const read = (file: string): string => readFileSync(file, 'utf8');
  const manifests = ['', 'test/tools/', 'test/gateways/'].map((folder) => read(`${folder}package.json`)).join();
  const rows = [...guide.matchAll(/^\| `(@[^`]+)`\s*\| (\d\S+)\s*\|.*\[`(test\/\S+)`\]\(\.\.\/\3\)\s*\|$/gm)];
  expect(rows).toHaveLength(5);
  for (const [, name = '', version = '', file = ''] of rows) {
    expect(manifests).toContain(`"${name}": "${version}"`);
    expect(existsSync(file)).toBe(true);
  }
});
