import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommands } from '../../src/cli/commands.ts';
import { start } from './command-line.ts';
import type { RunningCommand } from './command-line.ts';
import { HAS_TERMINAL, inTerminal } from './terminal.ts';

const FINISHED = 'nemo:default/support-assistant-lora';
const RUNNING = 'nemo:default/support-assistant-dpo';
const FAILED = 'nemo:default/support-assistant-full';

/** Of each command that is listed: how it is called. */
const USAGES = Object.fromEntries(
  createCommands(
    { environment: {}, folder: '/', print() {}, complain() {}, stop: AbortSignal.abort() },
    () => undefined,
  )
    .filter((command) => command.name() !== 'complete')
    .map((command) => [command.name(), `${command.name()} ${command.usage()}`]),
);

/** What a session of several commands shows, by the command. */
function partsOf(text: string): Readonly<Record<string, string>> {
  const parts = text.split(/^== (.*)\n/m).slice(1);
  return Object.fromEntries(parts.flatMap((name, index) => (index % 2 === 0 ? [[name, parts[index + 1] ?? '']] : [])));
}

// Each command is a process of its own.
describe.skipIf(!HAS_TERMINAL)('on a terminal', () => {
  let folder: string;
  let sandbox: RunningCommand;
  let service: RunningCommand;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-terminal-'));
    sandbox = start(['sandbox']);
    await writeFile(join(folder, 'tributary.yaml'), await sandbox.firstOutput());
    service = start(['serve', '--port', '0'], { folder });
    const url = (await service.firstOutput()).slice('ready at '.length).trim();
    environment = { TRIBUTARY_URL: url, PAGER: '' };
  });

  afterAll(async () => {
    for (const command of [service, sandbox]) {
      command.stop();
      await command.done;
    }
    await rm(folder, { recursive: true });
  });

  test('commands show colours, but none in a pipe, which may be closed early', async () => {
    const script = `
      for command in sources 'jobs --source nemo' 'job ${FAILED}' 'histogram ${FAILED}' 'logs ${FAILED} -n 5'; do
        echo "== $command"; tributary $command; echo "code $?"
      done
      echo '== pipe'; tributary logs ${FAILED} -n 5 | cat
      echo '== head'; tributary export ${FINISHED} -o text | head -n 1; echo "codes \${PIPESTATUS[*]}"
      echo '== NO_COLOR'; NO_COLOR=1 tributary jobs -n 3
    `;
    const { text } = await inTerminal(script, { environment });
    const parts = partsOf(text);
    const coloured = Object.keys(parts).slice(0, 5);
    for (const command of coloured) expect(parts[command]).toMatch(/\u001b\[\d+m[^]*code 0\n$/);
    expect(parts[`job ${FAILED}`]).toContain('\u001b[31mFAILED\u001b[39m');
    for (const command of ['pipe', 'head', 'NO_COLOR']) expect(parts[command]).not.toContain('\u001b');
    expect(parts['pipe']?.trimEnd().split('\n')).toHaveLength(5);
    expect(parts['head']).toMatch(/^\S+ \S+ +nemo:.*\ncodes 0 0\n$/);
  });

  test('each command prints its options, even into a pipe that is closed early, and checks sources', async () => {
    const names = Object.keys(USAGES);
    const script = `
      for name in ${names.join(' ')}; do
        echo "== $name"; tributary $name --help | head -n 1; echo "codes \${PIPESTATUS[*]}"
      done
      echo '== checked'; tributary check; echo "code $?"
      echo '== piped'; tributary check | cat
    `;
    const { text } = await inTerminal(script, { environment });
    const { checked, piped, ...helps } = partsOf(text);
    const said = (usage: string): string => `Usage: tributary ${usage}\ncodes 0 0\n`;
    expect(helps).toEqual(Object.fromEntries(Object.entries(USAGES).map(([name, usage]) => [name, said(usage)])));
    expect(checked).toMatch(/\u001b\[\d+m[^]*code 0\n$/);
    expect(piped).toMatch(/^nemo /m);
    expect(piped).not.toContain('\u001b');
  });

  test('long output goes into the pager, which may be closed, and is printed without a pager', async () => {
    const script = `
      echo '== pager'; PAGER='sed s/^/paged:/' tributary logs ${FINISHED} -n 2
      echo '== left'; PAGER='head -n 1' tributary export ${FINISHED} -o text; echo "code $?"
      echo '== none'; PAGER=/nonexistent/pager tributary logs ${FINISHED} -n 2; echo "code $?"
    `;
    const { text } = await inTerminal(script, { environment });
    const { pager = '', left = '', none = '' } = partsOf(text);
    expect(pager).toMatch(/^paged:.*\npaged:.*\n$/);
    expect(left).toMatch(/^.*\ncode 0\n$/);
    expect(none).toMatch(/^.*\n.*\ncode 0\n$/);
  });

  test('an export into a file shows its progress, and can be continued', async () => {
    const file = join(folder, 'all.csv');
    const script = `tributary export ${FINISHED} -o ${file} --resume ${file}.place && cat ${file}.place`;
    const { code, text } = await inTerminal(script, { environment });
    expect(code).toBe(0);
    expect(text).toMatch(/\r\u001b\[K(?:\[[#-]{20}\] \d+ % {2})?[\d,]+ lines {2}/);
    const { lines } = JSON.parse(text.slice(text.lastIndexOf('{"version"'))) as { lines: number };
    expect((await readFile(file, 'utf8')).split('\r\n').length).toBe(lines + 2);
  });

  test('Ctrl+C ends a tail with 130 and the cursor to continue from', async () => {
    const { code, text } = await inTerminal(`tributary tail ${RUNNING} -n 1`, {
      environment,
      type: { after: 'Z', keys: '\u0003' },
    });
    expect(code).toBe(130);
    expect(text).toMatch(/Go on with --after \S+\n$/);
  });
});
