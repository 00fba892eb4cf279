import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from './command-line.ts';
import { fakeLine, startFakeService } from './fake-service.ts';
import type { FakeService } from './fake-service.ts';
import { hasColors } from '../../src/cli/show/paint.ts';

const UUID = '0f3c2b1a-1111-4222-8333-444455556666';
const OTHER = '9a8b7c6d-1111-4222-8333-444455556666';

const LINES = [
  fakeLine(1, 'ci', UUID, 'one \u001b[2Jtwo\nthree', { severity: 'ERROR', step: { key: 'build' } }),
  fakeLine(2, 'ci', OTHER, 'two, =too', { attributes: { host: { name: 'h\u001b]0;x\u0007' } } }),
];

const NONE = { nodes: [], pageInfo: { hasNextPage: false, hasPreviousPage: false } };
const MISSING = { source: 'ci', code: 'SOURCE_TRUNCATED', message: 'ci: some tasks are out of reach' };
const AT = { createdAt: null, startedAt: null, finishedAt: null };
const TREE = {
  ...{ key: UUID, name: 'build', status: 'SUCCEEDED', nativeStatus: null, ...AT },
  attempts: { ...NONE, failures: [] },
  steps: { ...NONE, failures: [MISSING] },
  tasks: { ...NONE, failures: [MISSING] },
};

let service: FakeService;

beforeAll(async () => {
  service = await startFakeService(({ operation, variables }) => {
    const { key, jobs } = variables;
    if (operation === 'JobTree') return { job: TREE };
    if (operation === 'JobId') return { job: { id: key }, sources: [] };
    const nodes = LINES.filter((line) => (jobs as string[]).includes((line as { job: { key: string } }).job.key));
    return { logs: { nodes, failures: [] } };
  });
});

afterAll(() => {
  service.close();
});

async function outputOf(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const command = start(['logs', ...args, '--url', service.url], { environment });
  expect({ code: await command.done, errors: command.errors() }).toEqual({ code: 0, errors: '' });
  return command.output();
}

const BOTH = [`ci:${UUID}`, `ci:${OTHER}`];

test('an incomplete tree of a job is shown with what is missing, and the command fails', async () => {
  const command = start(['job', `ci:${UUID}`, '--url', service.url]);
  expect(await command.done).toBe(1);
  expect(command.output()).toContain(UUID);
  expect(command.errors()).toBe('SOURCE_TRUNCATED: ci: some tasks are out of reach\n');
});

describe('lines for people', () => {
  test('have no escape sequence, and the job where there are several, with as much of a UUID as tells them apart', async () => {
    expect(await outputOf([`ci:${UUID}`])).toBe('2026-01-31T08:00:01.5Z ERROR one two\n    three\n');
    expect(await outputOf(BOTH)).toBe(
      '2026-01-31T08:00:01.5Z ERROR ci:0f3c2b1a one two\n    three\n2026-01-31T08:00:02.5Z INFO  ci:9a8b7c6d two, =too\n',
    );
    expect(await outputOf([...BOTH, '--no-prefix'])).not.toContain('ci:');
    expect(await outputOf([`ci:${UUID}`, '--prefix'])).toContain(' ci:0f3c2b1a one');
    expect(await outputOf([`ci:${UUID}`, '-o', 'wide'])).toContain(` ERROR ci:${UUID} step=build one`);
  });

  test('are coloured where colours are wanted: the severity, the job, and what was looked for', async () => {
    const painted = await outputOf([...BOTH, '--grep', '/t[w]o/', '--color']);
    expect(painted.split('\n').map((line) => line.replaceAll('\u001b', '␛'))).toEqual([
      '␛[2m2026-01-31T08:00:01.5Z␛[22m ␛[31mERROR␛[39m ␛[36mci:0f3c2b1a␛[39m one ␛[91m␛[1mtwo␛[22m␛[39m',
      '    three',
      '␛[2m2026-01-31T08:00:02.5Z␛[22m ␛[32mINFO ␛[39m ␛[35mci:9a8b7c6d␛[39m ␛[91m␛[1mtwo␛[22m␛[39m, =too',
      '',
    ]);
    expect(await outputOf([...BOTH, '--no-color'])).not.toContain('\u001b');
  });

  test('have messages as they came with --raw alone', async () => {
    expect(await outputOf([`ci:${UUID}`, '--raw'])).toBe('2026-01-31T08:00:01.5Z ERROR one \u001b[2Jtwo\nthree\n');
  });

  test('have times of the reader’s zone with --local, with its offset and every digit', async () => {
    const local = await outputOf([`ci:${UUID}`, '--local'], { TZ: 'America/St_Johns' });
    expect(local).toMatch(/^2026-01-31T04:30:01\.5-03:30 /);
  });

  test('follow a template', async () => {
    const template = '{{ timestamp }}\\t{{.Job}} [{{attributes.host.name}}] {{message}}';
    expect(await outputOf([`ci:${OTHER}`, '--template', template])).toBe(
      `2026-01-31T08:00:02.5Z\t${OTHER} [h] two, =too\n`,
    );
    const wrong = start(['logs', 'ci:a', '--url', service.url, '--template', '{{mesage}}']);
    expect(await wrong.done).toBe(2);
    expect(wrong.errors()).toMatch(/^--template has no \{\{mesage\}\}: .* Did you mean \{\{message\}\}\?\n$/);
  });
});

describe('lines for programs', () => {
  test('are one document as JSON, and records on lines as NDJSON', async () => {
    const document = JSON.parse(await outputOf([...BOTH, '-o', 'json'])) as unknown[];
    const lines = (await outputOf([...BOTH, '-o', 'ndjson', '--color'])).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(document);
    expect(document).toMatchObject([{ job: UUID, step: 'build' }, { message: 'two, =too' }]);
    expect(JSON.parse(await outputOf(['ci:none', '-o', 'json']))).toEqual([]);
  });

  test('are CSV that is safe to open', async () => {
    const [head, ...rows] = (await outputOf([...BOTH, '-o', 'csv'])).split('\r\n');
    expect(head).toMatch(/^"timestamp","severity"/);
    expect(rows[0]).toContain('"one two\nthree"');
  });
});

test.each([
  [['-o', 'jsn'], 'or a file, whose name has a dot or a slash (./jsn). Did you mean json?'],
  [['-o', 'csv', '-o', 'json'], 'There is one format already.'],
  [['-o', 'csv', '--json'], '--json and -o cannot both say how.'],
  [['-o', 'csv', '--template', 'x'], '--template and -o cannot both say how.'],
  [['--utc', '--local'], "'--utc' cannot be used with option '--local'"],
])('%j is reported as misuse', async (args, reason) => {
  const command = start(['logs', 'ci:a', '--url', service.url, ...args]);
  expect({ code: await command.done, output: command.output() }).toEqual({ code: 2, output: '' });
  expect(command.errors()).toContain(reason);
});

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
])('with %j and a terminal that has colours %s: colours %s', (environment, terminal, expected) => {
  expect(hasColors(environment, terminal)).toBe(expected);
});
