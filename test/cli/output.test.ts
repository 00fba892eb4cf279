import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Output } from '../../src/cli/output/output.ts';

function failingWith(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(`${code}: write`), { code }));
    },
  });
}

async function end(stream: Writable): Promise<{ code: number; said: string; stopped: boolean }> {
  const stopping = new AbortController();
  const output = new Output(stream, stopping);
  let said = '';
  await output.print('a line\n');
  const code = await output.exitCode(0, (text) => {
    said += text;
  });
  return { code, said, stopped: stopping.signal.aborted };
}

describe('output that cannot be written', () => {
  test('because its reader has closed the pipe ends the command quietly with 0', async () => {
    expect(await end(failingWith('EPIPE'))).toEqual({ code: 0, said: '', stopped: true });
  });

  test('to a full disk ends the command with 1 and a reason', async () => {
    const { code, said, stopped } = await end(failingWith('ENOSPC'));
    expect([code, stopped]).toEqual([1, true]);
    expect(said).toBe('Cannot write the output: ENOSPC: write. What was written is not complete.\n');
  });

  test('does not affect other output', async () => {
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        done();
      },
    });
    expect(await end(stream)).toEqual({ code: 0, said: '', stopped: false });
  });
});
