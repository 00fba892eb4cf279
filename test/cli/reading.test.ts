import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseJobChoice, patternFits } from '../../src/cli/choose/job-choice.ts';
import { encodeNodeId } from '../../src/federation/node-id.ts';
import { SIMULATED } from '../../src/sandbox/demo/demo-vendors.ts';
import { start } from './command-line.ts';
import type { RunningCommand } from './command-line.ts';

/** A finished, a running and a failed job of the sandbox. */
const FINISHED = 'nemo:default/support-assistant-lora';
const RUNNING = 'nemo:default/support-assistant-dpo';
const FAILED = 'nemo:default/support-assistant-full';

interface Line {
  readonly message: string;
  readonly severity: string;
  readonly step: string | null;
}

let folder: string;
let sandbox: RunningCommand;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-reading-'));
  sandbox = start(['sandbox']);
  await writeFile(join(folder, 'tributary.yaml'), await sandbox.firstOutput());
});

afterAll(async () => {
  sandbox.stop();
  await sandbox.done;
  await rm(folder, { recursive: true });
});

async function outputOf(...args: readonly string[]): Promise<readonly string[]> {
  const command = start(args, { folder });
  expect({ code: await command.done, errors: command.errors() }).toEqual({ code: 0, errors: '' });
  return command.output().trimEnd().split('\n');
}

describe('tributary sources', () => {
  test('lists the sources and what their vendors can do', async () => {
    const lines = await outputOf('sources');
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual(['SOURCE', ...Object.keys(SIMULATED)]);
    expect(lines[1]).toMatch(/^nemo +nemo +PAGE_TOKEN +1000 +attempts, steps, tasks$/);
  });
});

describe('tributary jobs', () => {
  test('lists jobs in the form that other commands accept', async () => {
    const lines = await outputOf('jobs', '--source', 'nemo', '--name', 'ASSISTANT-LORA', '-o', 'wide');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(
      /^nemo:default\/support-assistant-lora +SUCCEEDED +[\d: -]{10,11} .* support-assistant-lora$/,
    );
  });

  test('fits 80 columns with all jobs, and what it shows of their keys chooses each of them alone', async () => {
    const [titles = '', ...lines] = await outputOf('jobs', '--limit', '50');
    expect(titles.split(/ +/)).toEqual(['JOB', 'STATUS', 'CREATED', 'FINISHED', 'TOOK', 'NAME']);
    expect(Math.max(...[titles, ...lines].map((line) => line.length))).toBeLessThanOrEqual(80);
    const whole = (await outputOf('jobs', '--limit', '50', '--json')).map(
      (line) => JSON.parse(line) as { source: string; key: string; name: string },
    );
    expect(lines).toHaveLength(whole.length);
    const chosen = lines.map((line) => {
      const choice = parseJobChoice(line.slice(0, titles.indexOf('STATUS')).trimEnd());
      if (choice === null) return [];
      if ('job' in choice) return [choice.job.key];
      return whole.filter((job) => patternFits(choice.pattern, job)).map(({ key }) => key);
    });
    expect(chosen).toEqual(whole.map(({ key }) => [key]));
    expect(lines.join('\n')).toMatch(/^bytenite:[0-9a-f]{8}\* /m);
  });

  test('filters by status in every source', async () => {
    const lines = await outputOf('jobs', '--status', 'failed', '--json');
    const jobs = lines.map((line) => JSON.parse(line) as { source: string; status: string });
    const all = (await outputOf('jobs', '--limit', '50', '--json')).map(
      (line) => JSON.parse(line) as { status: string },
    );
    expect(jobs).toEqual(all.filter(({ status }) => status === 'FAILED'));
    expect(jobs.map(({ source }) => source)).toEqual(
      expect.arrayContaining(['bytenite', 'deepset', 'softwareone', 'nemo']),
    );
  });

  test('shows the jobs of the other sources if one fails, and exits with an error', async () => {
    const broken = start(['sandbox', '--fault', 'deepset:status=403']);
    await writeFile(join(folder, 'broken.yaml'), await broken.firstOutput());
    const command = start(['jobs', '--config', 'broken.yaml', '--limit', '50', '--json'], { folder });
    expect(await command.done).toBe(1);
    expect(command.errors()).toBe('SOURCE_FORBIDDEN: deepset: the source answered 403\n');
    const jobs = command
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { source: string });
    const others = Object.keys(SIMULATED).filter((name) => name !== 'deepset');
    expect(new Set(jobs.map(({ source }) => source))).toEqual(new Set(others));
    broken.stop();
    await broken.done;
  });
});

describe('tributary job', () => {
  test('shows attempts, steps and tasks below what they belong to', async () => {
    const lines = await outputOf('job', FAILED);
    const tree = (lines[0] ?? '').indexOf('WHAT');
    expect(lines.map((line) => line.slice(tree).replace(/(?<=task) .*/, ''))).toEqual([
      'WHAT',
      FAILED,
      '  attempt 1',
      '    step model-and-dataset-download',
      '      task',
      '    step training',
      '      task',
    ]);
  });

  test('fits 80 columns, and shows whole names and times with -o wide', async () => {
    const lines = await outputOf('job', FAILED);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toMatch(/FAILED {5}\d\d-\d\d \d\d:\d\d:\d\d {2}-/);
    const wide = await outputOf('job', FAILED, '-o', 'wide');
    expect(wide.join('\n')).toMatch(/ \d{4}-\d\d-\d\dT[\d:.]+Z .* attempt 1$/m);
    expect(wide.join('\n')).toMatch(/ task task-[0-9a-f]{32}$/m);
  });

  test('fails with --exit-status when the job has failed', async () => {
    expect(await start(['job', FAILED, '--exit-status'], { folder }).done).toBe(1);
    expect(await start(['job', FINISHED, '--exit-status'], { folder }).done).toBe(0);
  });
});

test('tributary histogram counts the lines of a job', async () => {
  const exported = await outputOf('export', FINISHED);
  const buckets = (await outputOf('histogram', FINISHED, '--buckets', '7')).slice(1);
  expect(buckets).toHaveLength(7);
  expect(buckets.reduce((sum, line) => sum + Number(line.split(/ +/)[1]), 0)).toBe(exported.length);

  const minutes = JSON.parse((await outputOf('histogram', FINISHED, '--every', '5m', '--json')).join('\n')) as {
    readonly buckets: readonly { readonly from: string; readonly until: string }[];
    readonly total: number;
  };
  expect(minutes.total).toBe(exported.length);
  for (const { from, until } of minutes.buckets) {
    expect(Date.parse(from) % 300_000).toBe(0);
    expect(Date.parse(until) - Date.parse(from)).toBe(300_000);
  }
});

describe('tributary logs and export', () => {
  test('print the same lines, as text for people and as records for programs', async () => {
    const exported = (await outputOf('export', FINISHED)).map(
      (line) => JSON.parse(line) as { id: string; timestamp: string; message: string },
    );
    expect(exported.length).toBeGreaterThan(200);
    expect(new Set(exported.map(({ id }) => id)).size).toBe(exported.length);

    const last = await outputOf('logs', FINISHED, '--last', '5', '--json');
    expect(last.map((line) => JSON.parse(line) as unknown)).toEqual(exported.slice(-5));
    const first = await outputOf('logs', FINISHED, '--first', '5');
    expect(first.map((line) => line.split(' ')[0])).toEqual(exported.slice(0, 5).map(({ timestamp }) => timestamp));
  });

  test('merge several jobs and name the job of each line', async () => {
    const lines = await outputOf('logs', FINISHED, FAILED, '--first', '50');
    // Without its Z a whole second sorts before those with a fraction.
    const times = lines.map((line) => line.split('Z ')[0] ?? '');
    expect(times).toEqual(times.toSorted());
    for (const line of lines) expect(line).toMatch(/ nemo:default\/support-assistant-(lora|full) /);
  });

  test('keep lines of a minimum severity', async () => {
    const lines = await outputOf('export', FAILED, '--min-severity', 'error');
    for (const line of lines) expect((JSON.parse(line) as { severity: string }).severity).toMatch(/^(ERROR|FATAL)$/);
  });

  test.each([
    [['--grep', 'model']],
    [['--grep', '/[Mm]odel|step/']],
    [['--not-contains', 'model', '--since', '9999d']],
    [['--severity', 'error', '--severity', 'warn']],
    [['--level', 'warn']],
    [['--step', 'training']],
    [['--part', encodeNodeId('Step', 'nemo', 'default/support-assistant-full', 'training')]],
  ])('with %j keep the lines that match', async (filter) => {
    const all = (await outputOf('export', FAILED)).map((line) => JSON.parse(line) as Line);
    const [name, value = ''] = filter;
    const fits: Record<string, (line: Line) => boolean> = {
      '--grep': ({ message }) => (value.startsWith('/') ? /[Mm]odel|step/.test(message) : message.includes(value)),
      '--not-contains': ({ message }) => !message.includes('model'),
      '--severity': ({ severity }) => severity === 'ERROR' || severity === 'WARN',
      '--level': ({ severity }) => ['WARN', 'ERROR', 'FATAL'].includes(severity),
      '--step': ({ step }) => step === 'training',
      '--part': ({ step }) => step === 'training',
    };
    const expected = all.filter((line) => fits[name ?? '']?.(line));
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(all.length);
    const found = (await outputOf('export', FAILED, ...filter)).map((line) => JSON.parse(line) as Line);
    expect(found).toEqual(expected);
  });

  test('accept times relative to now', async () => {
    const command = start(['export', FINISHED, '--since', '1m'], { folder });
    expect({ code: await command.done, output: command.output() }).toEqual({ code: 0, output: '' });
  });

  test('continue with new lines with --follow', async () => {
    const followed = start(['logs', FINISHED, '-f', '-n', '3', '--json'], { folder });
    expect(await followed.done).toBe(0);
    expect(followed.output().trimEnd().split('\n')).toEqual(await outputOf('logs', FINISHED, '-n', '3', '--json'));
  });

  test('print how to choose all jobs of a source', async () => {
    const command = start(['logs', 'nemo'], { folder });
    expect(await command.done).toBe(1);
    expect(command.errors()).toBe('No job fits nemo. Jobs of that source: nemo:* See `tributary jobs`.\n');
  });
});

describe('a file to write into', () => {
  async function outcomeOf(...args: readonly string[]) {
    const command = start(args, { folder });
    return { code: await command.done, output: command.output(), errors: command.errors() };
  }

  test('gets what would be printed, and is replaced with --force only', async () => {
    const lines = await outputOf('export', FINISHED);
    const written = { code: 0, output: '', errors: `${lines.length} lines are in whole.ndjson.\n` };
    expect(await outcomeOf('export', FINISHED, '-o', 'whole.ndjson')).toEqual(written);
    expect(await readFile(join(folder, 'whole.ndjson'), 'utf8')).toBe(`${lines.join('\n')}\n`);
    const refused = { code: 2, output: '', errors: 'whole.ndjson exists: give --force to replace it.\n' };
    expect(await outcomeOf('logs', FINISHED, '-o', 'whole.ndjson')).toEqual(refused);
    const replaced = await outcomeOf('logs', FINISHED, '-n', '3', '--output', 'whole.ndjson', '--force');
    expect(replaced).toEqual({ code: 0, output: '', errors: '3 lines are in whole.ndjson.\n' });
  });

  test('has another name while it is incomplete, and is not created without a line', async () => {
    const cut = await outcomeOf('logs', FINISHED, 'sap:nobody', '-n', '2', '-o', 'cut.txt');
    expect(cut).toMatchObject({ code: 1, output: '' });
    expect(cut.errors).toMatch(/\nThe first 2 lines are in cut\.txt\.part\.\n$/);
    expect(await outcomeOf('export', 'sap:nobody', '-o', 'none.txt')).toMatchObject({ code: 1, output: '' });
    expect(await outcomeOf('export', FINISHED, '-o', 'no/folder')).toMatchObject({
      code: 2,
      errors: 'Cannot write no/folder.part (ENOENT).\n',
    });
    const place = await outcomeOf('export', FINISHED, '-o', '.', '--force');
    expect(place).toEqual({ code: 2, output: '', errors: '. is not a file.\n' });
    expect((await readdir(folder)).filter((name) => /^(?:cut|none)/.test(name))).toEqual(['cut.txt.part']);
  });
});

describe('tributary tail', () => {
  test('fails with --exit-status when a job has failed, and says which', async () => {
    const outcomeOf = async (...jobs: readonly string[]) => {
      const command = start(['tail', ...jobs, '-n', '1', '--exit-status'], { folder });
      const code = await command.done;
      return { code, last: command.errors().trimEnd().split('\n').at(-1) };
    };
    expect(await outcomeOf(FINISHED, FAILED)).toEqual({ code: 1, last: `${FAILED} has failed.` });
    expect(await outcomeOf(FINISHED)).toMatchObject({ code: 0 });
    const file = join(folder, 'failed.txt');
    expect(await outcomeOf(FAILED, '-o', file)).toEqual({ code: 1, last: `1 lines are in ${file}.` });
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.startsWith('failed'))).toEqual(['failed.txt']);
  });

  test('begins with the last lines, goes on while the job runs, and ends with 130 by Ctrl+C', async () => {
    const command = start(['tail', RUNNING, '--lines', '2'], { folder });
    await expect.poll(() => command.output().trimEnd().split('\n').length).toBeGreaterThan(2);
    command.stop();
    expect(await command.done).toBe(130);
    const times = command
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => line.split('Z ')[0] ?? '');
    expect(times).toEqual(times.toSorted());
    const [, cursor = ''] = /^Go on with --after (\S+)\n$/.exec(command.errors()) ?? [];
    const before = command.output();
    const next = start(['tail', RUNNING, '--after', cursor], { folder });
    const first = (await next.firstOutput()).split('\n')[0] ?? '';
    next.terminate();
    expect(await next.done).toBe(0);
    expect(next.errors()).toMatch(/^Go on with --after \S+\n$/);
    expect(before).not.toContain(first);
  });
});
