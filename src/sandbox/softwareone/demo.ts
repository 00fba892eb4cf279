import { inTurns } from '../demo/timeline.ts';
import type { Demo, Happening } from '../demo/timeline.ts';
import type { SoftwareOneSimulation } from './index.ts';
import type { TaskLogLine } from './log-store.ts';

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;

/** Parts of a price list, and the time that the import of one takes. */
const CHUNKS = 300;
const CHUNK_PACE = 2n * SECOND;

/**
 * Tasks that look like real work: a buyer transfer, a subscription sync with parts, a failed order, one that waits for
 * a retry, a queued one, and successive price imports.
 */
export function fillSoftwareOne(simulation: SoftwareOneSimulation, now: bigint): Demo {
  addTransfer(simulation, now - 200n * MINUTE);
  addSync(simulation, now - 150n * MINUTE);
  addFailedOrder(simulation, now - 75n * MINUTE);
  addRescheduled(simulation, now - 20n * MINUTE);
  addQueued(simulation, now - 4n * MINUTE);
  return addImports(simulation, now - 3n * MINUTE, now);
}

function addTransfer(simulation: SoftwareOneSimulation, start: bigint): void {
  const parameters = { BuyerId: 'BUY-4230-6788', TargetAccountId: 'ACC-4952-6625' };
  const key = simulation.createJob({
    name: 'Transferring the buyer to a different account',
    code: 'accounts.buyers.transfer',
    queue: 'marketplace/accounts/internal/buyers/commands',
    description: "Transferring buyer 'BUY-4230-6788' to account 'ACC-4952-6625'",
    object: parameters.BuyerId,
    parameters,
    progress: 100,
    createdAt: milliseconds(start),
  });
  const total = 5;
  const moved = ['addresses', 'licensees', 'agreements', 'subscriptions', 'invoices'];
  simulation.write(key, [
    line(start + SECOND, "Starting buyer '{{BuyerId}}' transfer to '{{TargetAccountId}}'.", {
      parameters,
      progress: 0,
      eta: milliseconds(start + 2n * MINUTE),
    }),
    line(start + 2n * SECOND, 'Locks taken on buyer {{BuyerId}}', { parameters, severity: 'debug' }),
    ...moved.map((what, index) =>
      line(start + BigInt(10 + index * 17) * SECOND, 'Step {{Number}} of {{Total}}: moved {{What}} ({{Count}})', {
        parameters: { Number: index + 1, Total: total, What: what, Count: 3 + index * 4 },
        progress: ((index + 1) * 100) / total,
      }),
    ),
    line(start + 99n * SECOND, 'Two invoices of {{BuyerId}} stay with their old account: they are closed', {
      parameters,
      severity: 'warn',
    }),
    line(start + 101n * SECOND, "Buyer '{{BuyerId}}' belongs to '{{TargetAccountId}}' now.", {
      parameters,
      progress: 100,
    }),
  ]);
  finish(simulation, key, 'SUCCEEDED', start + 101n * SECOND);
}

function addSync(simulation: SoftwareOneSimulation, start: bigint): void {
  const key = simulation.createJob({
    name: 'Synchronising subscriptions',
    code: 'commerce.subscriptions.sync',
    queue: 'marketplace/commerce/internal/subscriptions/commands',
    progress: 100,
    createdAt: milliseconds(start),
  });
  const vendors = ['Adobe', 'Microsoft', 'AWS'];
  const children = vendors.map((vendor, index) =>
    addSyncOf(simulation, key, vendor, start + BigInt(index + 1) * MINUTE),
  );
  simulation.write(key, [
    line(start + SECOND, 'Looking for vendors with open agreements'),
    ...children.map(({ id, vendor, at }) =>
      line(at, 'Task {{TaskId}} synchronises {{Vendor}}', { parameters: { TaskId: id, Vendor: vendor } }),
    ),
    line(start + 9n * MINUTE, 'All {{Count}} vendors are done', {
      parameters: { Count: vendors.length },
      progress: 100,
    }),
  ]);
  finish(simulation, key, 'SUCCEEDED', start + 9n * MINUTE);
}

function addSyncOf(
  simulation: SoftwareOneSimulation,
  parent: string,
  vendor: string,
  at: bigint,
): { id: string; vendor: string; at: bigint } {
  const id = simulation.createJob({
    parent,
    name: `Synchronising subscriptions: ${vendor}`,
    code: 'commerce.subscriptions.sync.vendor',
    progress: 100,
    createdAt: milliseconds(at),
  });
  const pages = Array.from({ length: 12 }, (_, index) => index + 1);
  simulation.write(id, [
    ...pages.map((page) =>
      line(at + BigInt(page) * 9n * SECOND, 'Page {{Page}}: {{Changed}} of 50 subscriptions changed', {
        parameters: { Page: page, Changed: (page * 7) % 11 },
        progress: Math.round((page * 100) / pages.length),
      }),
    ),
    line(at + 40n * SECOND, '{{Vendor}} answers slowly ({{Seconds}} s)', {
      parameters: { Vendor: vendor, Seconds: 8.4 },
      severity: 'warn',
    }),
  ]);
  finish(simulation, id, 'SUCCEEDED', at + 2n * MINUTE);
  return { id, vendor, at };
}

function addFailedOrder(simulation: SoftwareOneSimulation, start: bigint): void {
  const parameters = { OrderId: 'ORD-7712-0450-3381' };
  const key = simulation.createJob({
    name: 'Placing the order with the vendor',
    code: 'commerce.orders.place',
    object: parameters.OrderId,
    parameters,
    createdAt: milliseconds(start),
  });
  simulation.write(key, [
    line(start + SECOND, "Placing order '{{OrderId}}'", { parameters, progress: 0 }),
    line(start + 3n * SECOND, 'Checked {{Lines}} lines against the price list', {
      parameters: { Lines: 14 },
      progress: 40,
    }),
    line(start + 5n * SECOND, 'The vendor refuses line {{Line}}: {{Reason}}', {
      parameters: { Line: 9, Reason: 'quantity 0 is not allowed' },
      severity: 'error',
    }),
    line(start + 6n * SECOND, "Order '{{OrderId}}' was not placed", { parameters, severity: 'fatal', progress: 40 }),
  ]);
  finish(simulation, key, 'FAILED', start + 6n * SECOND);
}

function addRescheduled(simulation: SoftwareOneSimulation, start: bigint): void {
  const key = simulation.createJob({
    name: 'Issuing the monthly statements',
    code: 'billing.statements.issue',
    createdAt: milliseconds(start),
  });
  simulation.write(key, [
    line(start + SECOND, 'Issuing statements of {{Month}}', { parameters: { Month: '2026-10' }, progress: 0 }),
    line(start + 31n * SECOND, 'The exchange rates of {{Day}} are missing, trying again later', {
      parameters: { Day: '2026-10-31' },
      severity: 'warn',
    }),
  ]);
  simulation.setNativeStatus(key, 'Rescheduled', milliseconds(start + 31n * SECOND));
}

function addQueued(simulation: SoftwareOneSimulation, start: bigint): void {
  simulation.createJob({
    name: 'Archiving closed agreements',
    code: 'commerce.agreements.archive',
    status: 'QUEUED',
    createdAt: milliseconds(start),
  });
}

/** Imports with a line every two seconds; the next one begins shortly before the previous one ends. */
function addImports(simulation: SoftwareOneSimulation, start: bigint, now: bigint): Demo {
  const demo = inTurns(start, BigInt(CHUNKS - 5) * CHUNK_PACE, (_number, at) => priceImport(simulation, at));
  demo.grow(now);
  return demo;
}

function priceImport(simulation: SoftwareOneSimulation, start: bigint): readonly Happening[] {
  const key = simulation.createJob({
    name: 'Importing the price list',
    code: 'catalog.prices.import',
    object: 'PRC-3320-8812',
    createdAt: milliseconds(start),
  });
  const end = start + BigInt(CHUNKS) * CHUNK_PACE;
  return Array.from({ length: CHUNKS }, (_, index): Happening => {
    const chunk = index + 1;
    const at = start + BigInt(chunk) * CHUNK_PACE;
    return {
      at,
      happen: () => {
        simulation.write(key, [importLine(start, chunk, CHUNKS)]);
        simulation.updateTask(key, { progress: (chunk * 100) / CHUNKS, eta: milliseconds(end) });
        if (chunk === CHUNKS) finish(simulation, key, 'SUCCEEDED', at);
      },
    };
  });
}

function importLine(start: bigint, chunk: number, total: number): TaskLogLine {
  const parameters = { Chunk: chunk, Total: total, Rows: 500 - ((chunk * 37) % 60) };
  const isSlow = chunk % 25 === 0;
  const message = isSlow
    ? 'Chunk {{Chunk}} of {{Total}}: {{Rows}} prices, some without a currency'
    : 'Chunk {{Chunk}} of {{Total}}: {{Rows}} prices';
  return line(start + BigInt(chunk) * CHUNK_PACE, message, {
    parameters,
    progress: (chunk * 100) / total,
    ...(isSlow ? { severity: 'warn' } : {}),
  });
}

function finish(simulation: SoftwareOneSimulation, key: string, status: 'SUCCEEDED' | 'FAILED', at: bigint): void {
  simulation.setStatus(key, status, milliseconds(at));
}

function line(time: bigint, message: string, more: Partial<TaskLogLine> = {}): TaskLogLine {
  return { time, message, ...more };
}

function milliseconds(time: bigint): number {
  return Number(time / 1_000_000n);
}
