import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasExamples, MAIN, ROOT, run } from '../support/folders.ts';
import { startProgram } from '../support/program.ts';

const ready = await hasExamples();
const FOLDER = `${ROOT}/examples/own-sources`;
const ACTIONS_TOKEN = 'a-token';

let service: ReturnType<typeof startProgram>;
let url: string;

beforeAll(async () => {
  if (!ready) return;
  service = startProgram('node', ['service.js'], { cwd: FOLDER, env: { PORT: '0', ACTIONS_TOKEN } });
  url = await service.line(/^http:/);
});

afterAll(async () => {
  if (ready) await service.end();
});

async function tributary(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ACTIONS_URL: url, ACTIONS_TOKEN };
  const { stdout } = await run('node', [MAIN, ...args], {
    cwd: FOLDER,
    env,
    timeout: 60_000,
  });
  return stdout;
}

test('the guide shows the configuration of the example', () => {
  const guide = readFileSync(`${ROOT}/docs/own-sources.md`, 'utf8');
  expect(guide).toContain(readFileSync(`${FOLDER}/tributary.yaml`, 'utf8'));
});

describe.skipIf(!ready)('a vendor of a module that the configuration names', () => {
  test('lists its jobs and merges the logs of their tasks', async () => {
    expect(await tributary('jobs')).toMatch(/release[^]*tests/);
    const lines = (await tributary('export', 'ci:2'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Exported);
    expect(lines).toHaveLength(120);
    expect(lines.map(({ timestamp }) => timestamp)).toEqual(lines.map(({ timestamp }) => timestamp).toSorted());
    expect(lines.filter(({ severity }) => severity === 'ERROR').map(({ message }) => message)).toEqual([
      '##[error]Process completed with exit code 1.',
    ]);
    expect(lines.filter(({ message }) => message.endsWith('\n  and its detail'))).toHaveLength(2);
  });

  test('passes the laws that are exported for it, as they stand in the example and in the guide', async () => {
    const guide = readFileSync(`${ROOT}/docs/own-sources.md`, 'utf8');
    const [program = '', ...others] = [...guide.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
    expect(others).toEqual([]);
    // Beside the packages, where it finds `tributary` as the example does.
    const file = `${ROOT}/examples/node_modules/own-sources-guide.test.mjs`;
    writeFileSync(file, program);
    const env = { ...process.env, ACTIONS_URL: url, ACTIONS_TOKEN };
    const { stdout } = await run('node', ['--test', '--test-reporter=tap', 'actions.test.js', file], {
      cwd: FOLDER,
      env,
      timeout: 100_000,
    });
    rmSync(file);
    expect(stdout).toMatch(/^# pass 20$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  test('is explained as any other', async () => {
    const text = await tributary('check', '--source', 'ci', '--explain');
    expect(text).toMatch(/read backward +the same lines/);
    expect(text).toMatch(/order of jobs +newest first; read as newest first/);
  });
});

interface Exported {
  readonly timestamp: string;
  readonly severity: string;
  readonly message: string;
}
