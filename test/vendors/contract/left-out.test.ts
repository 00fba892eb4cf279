import { expect, onTestFinished, test } from 'vitest';
import type { SandboxReply } from '../../../src/sandbox/types.ts';
import type { Bed } from './bed.ts';
import { BEDS } from './beds/index.ts';
import { textOfBody } from './odd-rows.ts';
import { onReplica, serveBed } from './served-bed.ts';
import type { ServedBed } from './served-bed.ts';

/** `failures` reports what a vendor leaves out of an answer that is otherwise valid. */

type Body = Readonly<Record<string, unknown>>;

async function serve(
  vendor: string,
  alter: (body: Body) => Body,
  variant?: string,
): Promise<{ served: ServedBed; job: string }> {
  const bed: Bed = BEDS.find(({ definition }) => definition.vendor === vendor)!;
  const served = await serveBed(bed);
  onTestFinished(() => served.close());
  const instance = Object.entries(bed.doubtful).find(([name]) => name === (variant ?? name))![1]({});
  served.use(instance);
  const job = instance.createJob();
  instance.write(
    job,
    Array.from(
      { length: 5 },
      (_, slot) => ({ slot, fine: 0n, text: 'x', severity: 'info', step: 2, task: 0 }) as const,
    ),
  );
  served.alterReplies(['logs'], async (reply: SandboxReply) => ({
    ...reply,
    body: JSON.stringify(alter(JSON.parse(await textOfBody(reply.body)) as Body)),
  }));
  return { served, job };
}

test('properties that the source leaves out of its lines are named', async () => {
  const { served, job } = await serve('softwareone', ({ data, $meta }) => ({
    data: (data as Body[]).map(({ parameters: _, ...row }) => row),
    $meta: { ...($meta as Body), omitted: ['audit', 'parameters'] },
  }));
  const failures = await onReplica([served], async ({ federation }, call) => {
    const connection = federation.logs([{ source: served.source, scope: { job } }], { first: 10 }, call);
    expect(await connection.nodes()).toHaveLength(5);
    return connection.failures();
  });
  expect(failures).toMatchObject([
    { code: 'SOURCE_TRUNCATED', message: expect.stringContaining('parameters') as string },
  ]);
});

test('a list of tasks tells of groups of lines that are not known', async () => {
  const { served, job } = await serve('bytenite', (body) => ({
    ...body,
    sidecar: { other: { logs: [{ log: 'x', timestamp: '2026-02-27T22:57:01Z' }] } },
  }));
  const batches = await onReplica([served], async (replica, call) => {
    const [partition] = await replica.connector(served.source).parts.Task!.list(job, call);
    const request = { direction: 'forward', from: null, hint: null, until: null, need: 10 } as const;
    const all = [];
    for await (const batch of partition!.read(request, call)) all.push(batch);
    return all;
  });
  expect(batches).toMatchObject([{ unreadable: { count: 1 } }]);
});

test.each(['filters by time', 'filters by nothing'])(
  'a log that ends before its own count does is reported: %s',
  async (variant) => {
    const { served, job } = await serve(
      'softwareone',
      ({ data, $meta }) => {
        const { pagination } = $meta as { pagination: { total: number } };
        return { data, $meta: { pagination: { ...pagination, total: pagination.total + 3 } } };
      },
      variant,
    );
    const failures = await onReplica([served], async ({ federation }, call) => {
      const connection = federation.logs([{ source: served.source, scope: { job } }], { first: 10 }, call);
      expect(await connection.nodes()).toHaveLength(5);
      return connection.failures();
    });
    expect(failures).toMatchObject([{ code: 'SOURCE_BAD_RESPONSE' }]);
  },
);
