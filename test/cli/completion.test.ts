import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from './command-line.ts';
import { hasProgram } from './terminal.ts';
import { COMPLETION_SCRIPTS } from '../../src/cli/commands/completion-scripts.ts';

const KEYS = ['team/alpha', 'team/beta', 'x$(touch canary)', 'y z'];
const asked: unknown[] = [];
let service: Server;
let url: string;

beforeAll(async () => {
  service = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { variables } = JSON.parse(body) as { variables: { sources?: unknown } };
      asked.push([request.headers.authorization, variables.sources]);
      const nodes = KEYS.map((key) => ({ source: { name: 'ci' }, key }));
      const data = { jobs: { nodes, failures: [] }, sources: [{ name: 'ci' }, { name: 'cd' }] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
});

afterAll(() => {
  service.closeAllConnections();
  service.close();
});

async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const environment = { TRIBUTARY_URL: url, TRIBUTARY_HEADER: 'Authorization: Bearer ${KEY}', KEY: 'mine' };
  const command = start(['complete', '--', ...words], { environment });
  expect({ code: await command.done, errors: command.errors() }).toEqual({ code: 0, errors: '' });
  return command.output().split('\n').slice(0, -1);
}

describe('completion offers', () => {
  test.each([
    [['hist'], ['histogram']],
    [['jobs', '--stat'], ['--status']],
    [['jobs', '--status', 'SUCC'], ['SUCCEEDED']],
    [['jobs', '--status', 'succ'], ['succeeded']],
    [
      ['jobs', '--source', 'c'],
      ['ci', 'cd'],
    ],
    [
      ['export', 'a:b', '--format', ''],
      ['ndjson', 'csv', 'text'],
    ],
    [['nonsense', ''], []],
    [['jobs', ''], []],
  ])('for %j: %j', async (words, expected) => {
    expect(await completed(...words)).toEqual(expected);
  });

  test('jobs of the running service whose keys are plain words, and only those of a source that is already typed', async () => {
    expect(await completed('logs', '')).toEqual(['ci:team/alpha', 'ci:team/beta']);
    expect(await completed('tail', 'ci:team/alpha', 'ci:team/b')).toEqual(['ci:team/beta']);
    expect(asked.slice(-2)).toEqual([
      ['Bearer mine', null],
      ['Bearer mine', ['ci']],
    ]);
  });

  test('nothing, and prints nothing, if no service runs', async () => {
    const command = start(['complete', '--', 'logs', '--url', 'http://127.0.0.1:1/', '']);
    expect({ code: await command.done, text: command.output() + command.errors() }).toEqual({ code: 0, text: '' });
  });
});

test.each(['bash', 'zsh', 'fish'] as const)('the script for %s is printed', async (shell) => {
  const command = start(['completion', shell]);
  expect(await command.done).toBe(0);
  expect(command.output()).toBe(COMPLETION_SCRIPTS[shell]);
});

test('the script for bash puts the rest of a key behind its colon', () => {
  const script = `${COMPLETION_SCRIPTS.bash}
    tributary() { printf '%s\\n' ci:team/alpha ci:team/beta; printf '<%s>' "$@" >&3; }
    COMP_WORDBREAKS=' :'
    COMP_LINE='tributary logs --last 5 ci:te' COMP_POINT=29
    _tributary_complete 3>&1 >/dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(text.split('\n').slice(-3)).toEqual(['<complete><--><logs><--last><5><ci:te>team/alpha', 'team/beta', '']);
});

/** What the stand-in for the command offers, beside the words that it was given. */
const OFFERED = ['ci:team/alpha', 'ci:team/beta'];

test.skipIf(!hasProgram('zsh', '--version'))('the script for zsh offers keys whole', () => {
  const script = `compdef() { :; }; compadd() { print -r -- "$*"; }
    tributary() { print -l "<$*>" ${OFFERED.join(' ')}; }
    ${COMPLETION_SCRIPTS.zsh}
    words=(tributary logs --last 5 ci:te); CURRENT=5; _tributary`;
  const text = execFileSync('zsh', ['-fc', script], { encoding: 'utf8' });
  expect(text).toBe(`-- <complete -- logs --last 5 ci:te> ${OFFERED.join(' ')}\n`);
});

test.skipIf(!hasProgram('fish', '--version'))('the script for fish offers keys whole', () => {
  const script = `function tributary; printf '%s\\n' "ci:te<$argv>" ${OFFERED.join(' ')}; end
    ${COMPLETION_SCRIPTS.fish}
    complete -C 'tributary logs --last 5 ci:te'`;
  const text = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' });
  expect(text.trimEnd().split('\n').toSorted()).toEqual(
    [...OFFERED, 'ci:te<complete -- logs --last 5 ci:te>'].toSorted(),
  );
});
