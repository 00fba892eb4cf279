import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Budget } from '../../src/domain/budget.ts';
import type { BudgetLimits } from '../../src/domain/budget.ts';
import { createCall } from '../../src/domain/call.ts';
import type { HttpRequest } from '../../src/http/client.ts';
import { rejection, sendJson, serve, sourceHttp } from './loopback.ts';

const decoder = z.object({ text: z.string() });
const page = (number: number): HttpRequest => ({ method: 'GET', path: ['jobs'], query: { page: number } });
const PLENTY: BudgetLimits = { calls: 1_000, rows: 1_000, vendorBytes: 1_000_000, answerBytes: 1_000_000 };

describe("an operation's calls", () => {
  test('are bounded in number, and identical calls count once', async () => {
    const server = await serve((_, response) => {
      sendJson(response, { text: 'ok' });
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const call = createCall({ budget: new Budget({ ...PLENTY, calls: 2 }) });
    await http.json(page(1), decoder, call);
    await http.json(page(1), decoder, call);
    await http.json(page(2), decoder, call);
    const error = await rejection(http.json(page(3), decoder, call));
    expect(error).toMatchObject({ code: 'UPSTREAM_BUDGET_EXCEEDED', source: http.source });
    expect(server.received).toHaveLength(2);
    await http.json(page(3), decoder, createCall());
    expect(server.received).toHaveLength(3);
  });

  test('are bounded in bytes of answers, which fails nobody who shares them', async () => {
    const server = await serve((_, response) => {
      sendJson(response, { text: 'x'.repeat(1_000) });
    });
    const http = sourceHttp({ baseUrl: server.origin });
    const poor = createCall({ budget: new Budget({ ...PLENTY, vendorBytes: 500 }) });
    const [refused, shared] = await Promise.all([
      rejection(http.json(page(1), decoder, poor)),
      http.json(page(1), decoder, createCall()),
    ]);
    expect(refused).toMatchObject({ code: 'UPSTREAM_BUDGET_EXCEEDED', source: http.source });
    expect(shared.data.text).toHaveLength(1_000);
    expect(server.received).toHaveLength(1);
  });
});

test('a call without a budget counts what it uses for itself alone', () => {
  const first = createCall();
  first.budget.showRows(5_000);
  expect([first.budget.used.rows, createCall().budget.used.rows]).toEqual([5_000, 0]);
});
