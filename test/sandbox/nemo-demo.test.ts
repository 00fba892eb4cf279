import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { fillNemo } from '../../src/sandbox/nemo/demo.ts';
import { SANDBOX_TOKEN, simulateNemo } from '../../src/sandbox/nemo/index.ts';
import type { VendorServer } from '../../src/sandbox/types.ts';
import { startVendorServer } from '../../src/sandbox/vendor-server.ts';

const NOW = 1_772_233_021n * 1_000_000_000n;
const MINUTE = 60_000_000_000n;

let server: VendorServer | undefined;

afterEach(async () => {
  await server?.close();
});

async function read(path: string): Promise<Record<string, never>> {
  const reply = await request(`${server!.origin}/apis/jobs/v2/workspaces/default/jobs${path}`, {
    headers: { authorization: `Bearer ${SANDBOX_TOKEN}` },
  });
  expect(reply.statusCode).toBe(200);
  return (await reply.body.json()) as Record<string, never>;
}

async function totalOf(job: string): Promise<number> {
  return Number((await read(`/${job}/logs?limit=1`))['total']);
}

describe('the demonstration jobs', () => {
  test('have one of each kind, with the steps of a customization', async () => {
    const simulation = simulateNemo({ now: () => NOW });
    fillNemo(simulation, NOW);
    server = await startVendorServer(simulation);
    const jobs = (await read('')) as unknown as { data: { name: string; status: string }[] };
    expect(jobs.data.map(({ name, status }) => [name, status])).toEqual([
      ['support-assistant-dpo', 'active'],
      ['safety-eval-nightly', 'created'],
      ['ticket-router-sft', 'completed'],
      ['support-assistant-full', 'error'],
      ['support-assistant-lora', 'completed'],
    ]);
    const tree = (await read('/support-assistant-lora/status')) as unknown as {
      steps: { name: string; status: string; tasks: unknown[] }[];
    };
    expect(tree.steps.map(({ name, status, tasks }) => [name, status, tasks.length])).toEqual([
      ['model-and-dataset-download', 'completed', 1],
      ['training', 'completed', 1],
      ['model-upload', 'completed', 1],
      ['model-entity-creation', 'completed', 1],
    ]);
    expect(await totalOf('support-assistant-lora')).toBeGreaterThan(300);
    const failed = (await read('/support-assistant-full/status')) as unknown as {
      steps: { name: string; tasks: { error_stack: string }[] }[];
    };
    expect(failed.steps[1]!.tasks[0]!.error_stack).toContain('CUDA out of memory');
    expect(simulation.attempts('default/ticket-router-sft')).toHaveLength(2);
  });

  test('grow with the clock, give each line once, and come to an end', async () => {
    const simulation = simulateNemo({ now: () => NOW });
    const demo = fillNemo(simulation, NOW);
    server = await startVendorServer(simulation);
    const before = await totalOf('support-assistant-dpo');
    expect(before).toBeGreaterThan(50);
    demo.grow(NOW);
    expect(await totalOf('support-assistant-dpo')).toBe(before);
    demo.grow(NOW + MINUTE);
    const after = await totalOf('support-assistant-dpo');
    expect(after).toBeGreaterThan(before + 25);
    demo.grow(NOW + 60n * MINUTE);
    demo.grow(NOW + 61n * MINUTE);
    const end = await totalOf('support-assistant-dpo');
    expect(await read('/support-assistant-dpo')).toMatchObject({ status: 'completed' });
    demo.grow(NOW + 62n * MINUTE);
    expect(await totalOf('support-assistant-dpo')).toBe(end);
  });
});
