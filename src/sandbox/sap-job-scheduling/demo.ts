import type { Demo } from '../demo/timeline.ts';
import type { SapSimulation } from './index.ts';
import type { SapRunEvent, SapRunInput } from './runs.ts';
import { wholeSecond } from './timestamps.ts';

const SECOND = 1_000_000_000n;
const HOUR = 3_600n * SECOND;
const DAY = 24n * HOUR;

/** A nightly ERP job with two weeks of runs, an endless order intake, and a job that was switched off. */
export function fillSap(simulation: SapSimulation, now: bigint): Demo {
  const start = wholeSecond(now);
  addNightly(simulation, start);
  addArchive(simulation, start);
  return addOrderIntake(simulation, start - HOUR, start);
}

function addNightly(simulation: SapSimulation, now: bigint): void {
  const midnight = now - (now % DAY);
  const key = simulation.addJob(
    { name: 'nightly-erp-run', description: 'Brings ledgers and stock up to date', createdAt: midnight - 40n * DAY },
    [
      { description: 'sales order sync', cron: '* * * * 1 30 0', startTime: midnight - 40n * DAY },
      { description: 'invoice posting', cron: '* * * * 2 0 0', startTime: midnight - 39n * DAY },
      { description: 'stock reconciliation', cron: '* * * sun 4 0 0', active: false, startTime: midnight - 38n * DAY },
    ],
  );
  for (let night = 13; night >= 0; night -= 1) {
    const day = midnight - BigInt(night + 1) * DAY;
    simulation.addRun(key, salesOrderSync(day + HOUR + 1_800n * SECOND, night), 'sales order sync');
    simulation.addRun(key, invoicePosting(day + 2n * HOUR, night), 'invoice posting');
    if (night >= 7 && night % 7 === 3) {
      simulation.addRun(key, stockReconciliation(day + 4n * HOUR), 'stock reconciliation');
    }
  }
}

function salesOrderSync(at: bigint, night: number): SapRunInput {
  const times = { scheduled: at - 2n * SECOND, executed: at, completed: at + 9n * SECOND };
  if (night === 9) {
    return {
      ...times,
      state: 'REQUEST_ERROR',
      text: 'Request Error: Code:-ENOTFOUND, Message:-getaddrinfo ENOTFOUND orders.erp.example.com',
    };
  }
  if (night === 4)
    return { ...times, state: 'ERROR', text: 'Order 4500017731: customer 20441 is locked by another user' };
  return { ...times, state: 'SUCCESS', text: `${1_180 + night * 37} sales orders synchronised, ${night % 3} skipped` };
}

function invoicePosting(at: bigint, night: number): SapRunInput {
  const base = { scheduled: at, executed: at };
  const opening = asyncEvents(at);
  const over = at + 47n * SECOND;
  if (night === 6) {
    const text = 'Period 04/2026 is closed for company code 1010; 12 invoices were not posted';
    return {
      ...base,
      completed: over,
      state: 'ERROR',
      httpStatus: 200,
      events: [...opening, event(over, 'ERROR', text)],
    };
  }
  if (night === 11) {
    return { ...base, completed: over, state: 'UNKNOWN', events: [...opening, event(over, 'UNKNOWN', '')] };
  }
  const text = `${640 + night * 11} invoices posted, total 1,2${night % 10}4,310.55 EUR`;
  return {
    ...base,
    completed: over,
    state: 'SUCCESS',
    httpStatus: 200,
    events: [...opening, event(over, 'SUCCESS', text)],
  };
}

function stockReconciliation(at: bigint): SapRunInput {
  return {
    state: 'SUCCESS',
    scheduled: at - 3n * SECOND,
    executed: at,
    completed: at + 14n * SECOND,
    text: 'Plant 1000: 3 differences found and booked; plant 1200: none',
  };
}

function addArchive(simulation: SapSimulation, now: bigint): void {
  const key = simulation.addJob(
    { name: 'archive-deliveries', description: 'Moves old deliveries away', active: false, jobType: 'CF_TASK' },
    [{ description: 'quarterly archive', active: false }],
  );
  const at = now - 6n * DAY;
  simulation.addRun(key, {
    state: 'TIMEOUT',
    scheduled: at - 5n * SECOND,
    executed: at,
    completed: at + 30n * SECOND,
    text: 'The task did not report back in time',
  });
}

/** Order polls four times a minute; a settlement every two minutes, which takes 45 seconds. */
function addOrderIntake(simulation: SapSimulation, from: bigint, now: bigint): Demo {
  const key = simulation.addJob({ name: 'order-intake', description: 'Takes orders in as they come' }, [
    { description: 'order queue', cron: '* * * * * * */15', startTime: from },
    { description: 'settlement', cron: '* * * * * */2 0', startTime: from },
  ]);
  let polled = from;
  let settled = from;
  let running: { readonly id: string; readonly at: bigint } | null = null;

  function growPolls(until: bigint): void {
    for (; polled <= until; polled += 15n * SECOND) simulation.addRun(key, orderPoll(polled), 'order queue');
  }

  function finishSettlement(until: bigint): void {
    if (running === null || running.at + 45n * SECOND > until) return;
    simulation.updateRun(key, running.id, settlementEnd(running.at));
    running = null;
  }

  function growSettlements(until: bigint): void {
    finishSettlement(until);
    for (; settled <= until; settled += 120n * SECOND) {
      finishSettlement(settled);
      const id = simulation.addRun(key, settlementStart(settled), 'settlement');
      running = { id, at: settled };
    }
    finishSettlement(until);
  }

  function grow(until: bigint): void {
    growPolls(until);
    growSettlements(until);
  }

  grow(now);
  return { grow };
}

function orderPoll(at: bigint): SapRunInput {
  const count = Number((at / (15n * SECOND)) % 7n);
  const times = { scheduled: at - SECOND, executed: at, completed: at };
  if (count === 5 && (at / (15n * SECOND)) % 4n === 0n) {
    return { ...times, state: 'ERROR', text: 'Queue sales.orders: connection reset while reading message 3' };
  }
  return { ...times, state: 'SUCCESS', text: count === 0 ? 'no new orders' : `${count} orders taken over` };
}

function settlementStart(at: bigint): SapRunInput {
  return {
    state: 'ACK_RECVD',
    scheduled: at - 120n * SECOND,
    executed: at,
    events: asyncEvents(at),
  };
}

function settlementEnd(at: bigint): SapRunInput {
  const over = at + 45n * SECOND;
  const end = event(over, 'SUCCESS', `settlement of ${String(at / (120n * SECOND)).slice(-5)} closed, no differences`);
  return {
    ...settlementStart(at),
    state: 'SUCCESS',
    httpStatus: 200,
    completed: over,
    events: [...asyncEvents(at), end],
  };
}

function asyncEvents(at: bigint): readonly SapRunEvent[] {
  return [
    event(at, 'SCHEDULED', ''),
    event(at, 'TRIGGERED', ''),
    { ...event(at + SECOND, 'ACK_RECVD', 'The application has accepted the request'), code: 202 },
  ];
}

function event(time: bigint, type: string, text: string): SapRunEvent {
  return { time, type, text };
}
