import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from './command-line.ts';
import type { RunningCommand } from './command-line.ts';
import { ProgressBar } from '../../src/cli/export/progress-bar.ts';
import { run } from '../../src/cli/program.ts';
import { INTERRUPTED } from '../../src/cli/surroundings.ts';

const FINISHED = 'nemo:default/support-assistant-lora';
const FAILED = 'nemo:default/support-assistant-full';

let folder: string;
let sandbox: RunningCommand;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-exporting-'));
  sandbox = start(['sandbox']);
  await writeFile(join(folder, 'tributary.yaml'), await sandbox.firstOutput());
});

afterAll(async () => {
  sandbox.stop();
  await sandbox.done;
  await rm(folder, { recursive: true });
});

async function outcomeOf(...args: readonly string[]) {
  const command = start(args, { folder });
  return { code: await command.done, output: command.output(), errors: command.errors() };
}

const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

/** Runs an export that dies behind this many parts of its text: nothing is tidied up, as after SIGKILL. */
async function killedAfter(parts: number, ...args: readonly string[]): Promise<void> {
  let printed = 0;
  const died = new Promise<void>((resolve) => {
    void run(args, {
      environment: {},
      folder,
      stop: new AbortController().signal,
      complain: () => undefined,
      print: async () => {
        printed += 1;
        if (printed <= parts) return;
        resolve();
        await new Promise(() => undefined);
      },
    });
  });
  await died;
}

test('an export that is stopped reports that it was stopped, not that the service was', async () => {
  const stopping = new AbortController();
  let errors = '';
  const code = await run(['export', FINISHED, FAILED], {
    environment: {},
    folder,
    stop: stopping.signal,
    complain: (text) => void (errors += text),
    print: () => {
      stopping.abort(INTERRUPTED);
    },
  });
  expect(code).toBe(1);
  expect(errors).toMatch(/^The export was stopped\.\nGo on with --after [\w-]+\n$/);
});

describe('an export with --resume', () => {
  test.each(['ndjson', 'csv', 'text'])('as %s that was cut continues to the same bytes', async (format) => {
    const args = ['export', FINISHED, FAILED, '-o', format, '--since', '9999d'];
    const { output: whole } = await outcomeOf(...args);
    const file = `${format}.txt`;
    const place = `${format}.place`;
    const resumed = [...args, '-o', file, '--resume', place];
    // A saved place in the middle of the file, as after a kill: the rest was written later.
    expect(await outcomeOf(...resumed)).toMatchObject({ code: 0, output: '' });
    expect(await read(file)).toBe(whole);
    const lines = (await outcomeOf('export', FINISHED, FAILED)).output.split('\n');
    for (const done of [0, 1, 150, lines.length - 1]) {
      const head = lines.slice(0, done).map((line) => `${line}\n`);
      const written = await textOf(format, done);
      const last = done === 0 ? null : (JSON.parse(head.at(-1) ?? '') as { id: string }).id;
      const saved = JSON.parse(await read(place)) as object;
      const cut = { ...saved, after: last, lines: done, bytes: Buffer.byteLength(written) };
      await rm(join(folder, file), { force: true });
      await writeFile(join(folder, `${file}.part`), `${written}half a li`);
      await writeFile(join(folder, place), JSON.stringify(cut));
      expect(await outcomeOf(...resumed)).toMatchObject({ code: 0, output: '' });
      expect(await read(file)).toBe(whole);
    }
  });

  /** The first lines of the export in a format. */
  async function textOf(format: string, count: number): Promise<string> {
    if (count === 0) return '';
    const { output } = await outcomeOf('export', FINISHED, FAILED, '-o', format);
    if (format === 'ndjson') return output.split('\n').slice(0, count).join('\n') + '\n';
    const rows = output.split(format === 'csv' ? /(?<=\r\n)/ : /(?<=\n)(?! {4})/);
    return rows.slice(0, format === 'csv' ? count + 1 : count).join('');
  }

  test('adds only new lines to a complete file', async () => {
    const args = ['export', FINISHED, '-o', 'again.ndjson', '--resume', 'again.place'];
    const first = await outcomeOf(...args);
    const whole = await read('again.ndjson');
    expect(await outcomeOf(...args)).toEqual(first);
    expect(await read('again.ndjson')).toBe(whole);
  });

  test('without a file, prints only the missing lines', async () => {
    const args = ['export', FINISHED, '--resume', 'printed.place'];
    await killedAfter(0, ...args);
    const { output } = await outcomeOf(...args);
    expect(output).toBe((await outcomeOf('export', FINISHED)).output);
    expect(await outcomeOf(...args)).toEqual({ code: 0, output: '', errors: '' });
  });

  test('refuses to mix two exports, and to continue a file that has lost something', async () => {
    await outcomeOf('export', FINISHED, '-o', 'kept.ndjson', '--resume', 'kept.place');
    const size = (await stat(join(folder, 'kept.ndjson'))).size;
    for (const args of [[FAILED], [FINISHED, '--level', 'error'], [FINISHED, '-o', 'csv']]) {
      const other = await outcomeOf('export', ...args, '-o', 'kept.ndjson', '--resume', 'kept.place');
      expect(other).toMatchObject({
        code: 2,
        errors: expect.stringContaining('other jobs, another filter or format') as string,
      });
    }
    expect((await readdir(folder)).filter((name) => name.startsWith('kept'))).toHaveLength(2);
    const kept = (await readdir(folder)).find((name) => name.startsWith('kept.ndjson')) ?? '';
    expect((await stat(join(folder, kept))).size).toBe(size);
    await truncate(join(folder, kept), 10);
    const lost = await outcomeOf('export', FINISHED, '-o', 'kept.ndjson', '--resume', 'kept.place');
    expect(lost).toMatchObject({ code: 2, errors: expect.stringContaining(`has not the ${size} bytes`) as string });
    await writeFile(join(folder, 'other.json'), '{}');
    const wrong = await outcomeOf('export', FINISHED, '--resume', 'other.json');
    expect(wrong).toMatchObject({ code: 2, errors: 'other.json is not a place that an export has saved.\n' });
  });
});

test('the progress of an export shows its share, its speed and the remaining time', () => {
  const shown: string[] = [];
  let now = 0;
  const bar = new ProgressBar({ show: (text) => shown.push(text) }, { lines: 100, bytes: 0 }, () => now);
  bar.update({ lines: 100, bytes: 0 });
  now = 2_000;
  bar.update({ lines: 1_100, bytes: 4_000_000 });
  bar.total = 2_100;
  bar.update({ lines: 1_200, bytes: 4_000_000 });
  now = 4_000;
  bar.update({ lines: 2_100, bytes: 8_000_000 });
  bar.clear();
  expect(shown).toEqual([
    '100 lines  0.0 kB  ',
    '1,100 lines  4.0 MB  2.0 MB/s',
    '[####################] 100 %  2,100 lines  8.0 MB  2.0 MB/s  0 s left',
    '',
  ]);
});
