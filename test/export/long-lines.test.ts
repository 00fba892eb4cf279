import { expect, test } from 'vitest';
import { createCall } from '../../src/domain/call.ts';
import { FORMATS } from '../../src/export/formats.ts';
import type { ExportEnd } from '../../src/export/walk.ts';
import { writeLogs } from '../../src/export/write.ts';
import { inOrder } from '../tail/in-order.ts';
import { stand } from '../tail/stand.ts';
import { TAILED } from '../tail/vendors.ts';

const LIMIT = 65_536;
const TOO_LONG = 3 * LIMIT;

for (const { vendor, simulate, configuration } of TAILED) {
  test(`an export of ${vendor} has each line once where a page of them is too large an answer, and says which it had to cut`, async () => {
    const { federation, vendors } = await stand({
      vendors: { source: simulate() },
      configuration: { source: { ...configuration, limits: { maxResponseBytes: LIMIT } } },
    });
    const { simulation } = vendors.source;
    const key = simulation.createJob({ status: 'SUCCEEDED' });
    const lengths = [14_000, 14_000, 14_000, 14_000, 14_000, 14_000, 100, TOO_LONG, 100, 14_000, 30_000, 100];
    const lines = inOrder(lengths.length).map((line, index) => ({
      ...line,
      message: `line ${index} `.padEnd(lengths[index] ?? 0, 'x'),
    }));
    simulation.write(key, lines);
    let end: ExportEnd | null = null;
    let text = '';
    const never = new AbortController().signal;
    for await (const part of writeLogs(
      federation,
      { scopes: [{ source: 'source', scope: { job: key } }] },
      FORMATS.ndjson,
      {
        newCall: () => createCall(),
        gone: never,
        stopping: never,
        pauses: [1],
        onEnd: (ended) => {
          end = ended;
        },
      },
    )) {
      text += part;
    }
    const written = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message?: string }).message ?? '')
      .filter((message) => message !== '');
    const isCut = (message: string): boolean => !lines.some((line) => line.message === message);
    expect(written.map((message) => message.split(' ')[1]).sort()).toEqual(
      lines.map((_, index) => String(index)).sort(),
    );
    // ByteNite gives the whole log in one answer, of which each line is read by itself.
    const cut = written.filter(isCut);
    for (const message of cut) expect(message).toMatch(/^line 7 x+/);
    expect(end).toMatchObject(
      cut.length === 0
        ? { status: 'complete', lines: lines.length, failures: [] }
        : {
            status: 'truncated',
            lines: lines.length,
            failures: [{ message: expect.stringMatching(/: 1 row is cut: .*maxResponseBytes/) as string }],
          },
    );
  });
}
