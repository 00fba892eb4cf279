import { expect, test } from 'vitest';
import { createCall } from '../../../src/domain/call.ts';
import type { LogEntry } from '../../../src/domain/log-entry.ts';
import type { Direction } from '../../../src/domain/ordered.ts';
import type { HintedRow } from '../../../src/pagination/core/partition.ts';
import type { SandboxReply } from '../../../src/sandbox/types.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { MICROSECOND, partitionOf, START, startHarness } from './harness.ts';

const COUNT = 230;
/** As many as a page of the vendor has. */
const TAKEN = 100;

interface Case {
  readonly direction: Direction;
  /** The first answer that comes without its lines, and how many follow it. */
  readonly empty: number;
  readonly more: number;
  /** True if each read is one of another process. */
  readonly isElsewhere: boolean;
}

/** Walks through the log in several reads. */
async function walk({ direction, empty, more, isElsewhere }: Case) {
  let [calls, isLosing] = [0, false];
  const alter = (reply: SandboxReply, url: string): SandboxReply => {
    if (!isLosing || !url.includes('/logs')) return reply;
    calls += 1;
    const isEmpty = calls > empty && calls <= empty + 1 + more;
    return isEmpty ? { ...reply, body: { ...(reply.body as object), data: [] } } : reply;
  };
  const harness = await startHarness({}, (reply, { url }) => alter(reply, url));
  try {
    const job = harness.simulation.createJob();
    const line = (index: number) => ({ time: START + BigInt(index) * 10n * MICROSECOND, message: `line ${index}` });
    harness.simulation.generate(job, COUNT, line);
    const first = harness.connect();
    // A service that has read the log before knows how precise its bounds are.
    for (const way of ['forward', 'backward'] as const) await readOn(first, { job, direction: way, from: null });
    isLosing = true;
    const rows: HintedRow<LogEntry>[] = [];
    for (;;) {
      const connector = isElsewhere ? harness.connect() : first;
      const read = await readOn(connector, { job, direction, from: rows.at(-1)?.row ?? null });
      rows.push(...read.rows);
      const messages = rows.map(({ row }) => row.message);
      if (read.isReported || read.rows.length === 0) return { messages, isReported: read.isReported, calls };
    }
  } finally {
    await harness.close();
  }
}

async function readOn(
  connector: Connector,
  { job, direction, from }: { readonly job: string; readonly direction: Direction; readonly from: LogEntry | null },
) {
  const rows: HintedRow<LogEntry>[] = [];
  let isReported = false;
  const place = { direction, from, hint: null, until: null, need: TAKEN };
  for await (const batch of (await partitionOf(connector, job)).read(place, createCall())) {
    rows.push(...batch.rows);
    isReported ||= batch.truncated !== undefined;
    if (rows.length >= TAKEN) break;
  }
  return { rows: rows.slice(0, TAKEN), isReported };
}

const cases = (['forward', 'backward'] as const).flatMap((direction) =>
  [0, 3].flatMap((more) =>
    [true, false].flatMap((isElsewhere) =>
      [0, 1, 2, 3, 4, 5, 6].map((empty) => ({ direction, more, isElsewhere, empty })),
    ),
  ),
);

test.each(cases)(
  'no line is lost without a report if answer $empty and $more more come without lines, read $direction (another process: $isElsewhere)',
  async (one) => {
    const { messages, isReported, calls } = await walk(one);
    const all = Array.from({ length: COUNT }, (_, index) => `line ${index}`);
    if (one.direction === 'backward') all.reverse();
    expect(messages).toEqual(all.slice(0, messages.length));
    if (!isReported) expect(messages).toHaveLength(COUNT);
    expect(calls).toBeLessThanOrEqual(25);
  },
);
