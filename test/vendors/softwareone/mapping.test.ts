import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/domain/json.ts';
import { STATUSES } from '../../../src/vendors/softwareone/facts.ts';
import { entryOf, jobOf, taskOf } from '../../../src/vendors/softwareone/mapping.ts';
import { renderTemplate } from '../../../src/vendors/softwareone/logs/template.ts';
import type { Fields } from '../../../src/vendors/shared/wire.ts';
import { taskListWire, taskLogListWire, taskLogWire, taskWire } from '../../../src/vendors/softwareone/wire.ts';

/** The shape of the documentation's own sample, with the space in its eta. */
const SAMPLE_LOG = {
  id: 'TLR-1930-6351-9137-5141',
  revision: 1,
  task: { id: 'TSK-5498-1544-6054-5440', name: 'Transfer', revision: 1, status: 'Completed', code: 'transfer' },
  progress: 0,
  eta: '2025-09-12 13:40:13.515Z',
  severity: 'Info',
  message: "Starting buyer '{{BuyerId}}' transfer to '{{TargetAccountId}}'.",
  timestamp: '2025-09-11T13:40:13.515Z',
  parameters: { BuyerId: 'BUY-4230-6788', TargetAccountId: 'ACC-4952-6625' },
};

describe('a task log', () => {
  test('becomes an entry with its rendered message, and keeps template, parameters, progress and eta', () => {
    expect(entryOf(taskLogWire(SAMPLE_LOG), null)).toEqual({
      logId: 'TLR-1930-6351-9137-5141',
      time: 1_757_598_013_515_000_000n,
      timestamp: '2025-09-11T13:40:13.515Z',
      severity: { number: 9, text: 'Info', source: 'VENDOR' },
      message: "Starting buyer 'BUY-4230-6788' transfer to 'ACC-4952-6625'.",
      exceptions: [],
      attributes: {
        template: "Starting buyer '{{BuyerId}}' transfer to '{{TargetAccountId}}'.",
        parameters: { BuyerId: 'BUY-4230-6788', TargetAccountId: 'ACC-4952-6625' },
        progress: 0,
        eta: '2025-09-12 13:40:13.515Z',
      },
      attemptKey: null,
      stepKey: null,
      taskKey: null,
    });
  });

  test('needs no more than an id and a time', () => {
    const entry = entryOf(taskLogWire({ id: 'TLR-1', timestamp: '2025-09-11 13:40:13.5155' }), 'TSK-2');
    expect(entry).toMatchObject({
      timestamp: '2025-09-11T13:40:13.5155Z',
      message: '',
      severity: { number: 0, text: null, source: 'NONE' },
      attributes: null,
      taskKey: 'TSK-2',
    });
  });

  test.each([
    ['Debug', 5],
    ['Info', 9],
    ['Warning', 13],
    ['Error', 17],
    ['Failure', 21],
    ['Catastrophe', 0],
    ['toString', 0],
  ])("of severity %s has the number %i and the vendor's own word", (text, number) => {
    const entry = entryOf(taskLogWire({ ...SAMPLE_LOG, severity: text }), null);
    expect(entry.severity).toEqual({ number, text, source: 'VENDOR' });
  });

  test('with an invalid time is unreadable, and its place is named', () => {
    const { data, odd } = taskLogListWire({ data: [SAMPLE_LOG, { ...SAMPLE_LOG, timestamp: 'soon' }] });
    expect(data).toHaveLength(1);
    expect(odd).toMatchObject([{ index: 1, reason: 'data[1].timestamp: expected a date-time, got a string' }]);
  });

  test('keeps parameters of any kind and survives odd optional fields', () => {
    for (const parameters of ['text', 7, [1, { a: null }], false]) {
      const log = taskLogWire({ ...SAMPLE_LOG, parameters, progress: '50', eta: 12 });
      expect(entryOf(log, null).attributes).toMatchObject({ parameters });
      expect(log).toMatchObject({ progress: null, eta: null });
    }
  });

  test('keeps the digits of a progress that a number cannot hold', () => {
    const fields = parseJson(JSON.stringify({ ...SAMPLE_LOG, progress: '#' }).replace('"#"', '33.333333333333333333'));
    expect(taskLogWire(fields as Fields).progress).toBe('33.333333333333333333');
  });
});

describe('a template', () => {
  test.each([
    ['{{A}} and {{ A }}', { A: 'x' }, 'x and x'],
    ['{{Missing}} stays', { A: 'x' }, '{{Missing}} stays'],
    ['{{A}}', { A: '{{B}}', B: 'no' }, '{{B}}'],
    [
      '{{N}} {{T}} {{Null}} {{O}} {{L}}',
      { N: 1.5, T: true, Null: null, O: { a: 1 }, L: [1] },
      '1.5 true null {"a":1} [1]',
    ],
    ['{{A.B}} {{A.C}}', { A: { B: 'deep' } }, 'deep {{A.C}}'],
    ['{{A.B}}', { 'A.B': 'own', A: { B: 'deep' } }, 'own'],
    ['{{0}}', ['first'], 'first'],
    ['{{toString}} {{__proto__}}', {}, '{{toString}} {{__proto__}}'],
    ['{{A}}', { A: '$& $1' }, '$& $1'],
    ['{{A}}', null, '{{A}}'],
    ['{{A}}', 'text', '{{A}}'],
    ['{{}} {{ {A} }}', { A: 'x' }, '{{}} {{ {A} }}'],
  ])('%s with %j reads %s', (template, parameters, text) => {
    expect(renderTemplate(template, parameters)).toBe(text);
  });

  test('that repeats a long value is filled up to a limit, and keeps the remaining placeholders', () => {
    const value = 'v'.repeat(5_000);
    const rendered = renderTemplate('{{a}}'.repeat(200_000), { a: value });
    expect(rendered.startsWith(value.repeat(200))).toBe(true);
    expect(rendered.endsWith('{{a}}{{a}}')).toBe(true);
    expect(rendered.length).toBeLessThan(3_000_000);
    const long = 'w'.repeat(3_000_000);
    expect(renderTemplate('{{b}}', { b: long })).toBe(long);
  });

  test('of hostile length is rendered in time that grows with it', () => {
    const template = '{{a '.repeat(50_000);
    expect(renderTemplate(template, { a: 1 })).toBe(template);
  });
});

const SAMPLE_TASK = {
  id: 'TSK-0001-2474-4798-1266',
  name: 'Transferring the buyer to a different account',
  status: 'Completed',
  code: 'accounts.buyers.transfer',
  queue: 'marketplace/buyers',
  object: { id: 'BUY-1190-0394' },
  progress: 100,
  parameters: { Secret: 'x' },
  result: '/public/v1/accounts/buyers/BUY-1190-0394',
  owner: { id: 'SVC-0001', name: 'platform' },
  audit: {
    created: { at: '2025-09-11T13:40:13Z', by: { id: 'USR-1', name: 'Somebody' } },
    started: { at: '2025-09-11T13:40:14.25Z' },
    completed: { at: '2025-09-11T13:41:13Z' },
  },
};

describe('a task', () => {
  test('becomes a job without people, addresses and settings', () => {
    expect(jobOf(taskWire(SAMPLE_TASK), 'marketplace')).toEqual({
      source: 'marketplace',
      key: 'TSK-0001-2474-4798-1266',
      name: 'Transferring the buyer to a different account',
      status: 'SUCCEEDED',
      nativeStatus: 'Completed',
      createdAt: '2025-09-11T13:40:13Z',
      startedAt: '2025-09-11T13:40:14.25Z',
      finishedAt: '2025-09-11T13:41:13Z',
      attributes: {
        code: 'accounts.buyers.transfer',
        queue: 'marketplace/buyers',
        object: 'BUY-1190-0394',
        progress: 100,
      },
    });
  });

  test('becomes a part of its parent, in the order of age', () => {
    const wire = taskWire({ ...SAMPLE_TASK, parent: { id: 'TSK-9', name: 'Parent' } });
    expect(taskOf(wire)).toMatchObject({
      key: 'TSK-0001-2474-4798-1266',
      time: 1_757_598_013_000_000_000n,
      tie: 'TSK-0001-2474-4798-1266',
      attemptKey: null,
      stepKey: null,
    });
  });

  test('has only the times of its audit, and needs no more than an id', () => {
    expect(jobOf(taskWire({ id: 'TSK-1' }), 's')).toEqual({
      source: 's',
      key: 'TSK-1',
      name: 'TSK-1',
      status: 'UNKNOWN',
      nativeStatus: null,
      createdAt: null,
      startedAt: null,
      finishedAt: null,
      attributes: null,
    });
    expect(taskOf(taskWire({ id: 'TSK-1', audit: { created: {}, started: null } })).time).toBe(0n);
  });

  test('that waits for a retry is not finished, whatever its audit says', () => {
    const audit = { ...SAMPLE_TASK.audit, failed: { at: '2025-09-11T13:42:00Z' } };
    const rescheduled = jobOf(taskWire({ ...SAMPLE_TASK, audit, status: 'Rescheduled' }), 's');
    expect(rescheduled).toMatchObject({ status: 'QUEUED', finishedAt: null, startedAt: '2025-09-11T13:40:14.25Z' });
    const failed = jobOf(taskWire({ ...SAMPLE_TASK, audit, status: 'Failed' }), 's');
    expect(failed).toMatchObject({ status: 'FAILED', finishedAt: '2025-09-11T13:42:00Z' });
    const queued = jobOf(taskWire({ ...SAMPLE_TASK, status: 'Queued' }), 's');
    expect(queued).toMatchObject({ status: 'QUEUED', startedAt: null });
  });

  test('has a status for each word of schema and prose, and UNKNOWN for others', () => {
    expect(STATUSES).toEqual({
      Queued: 'QUEUED',
      Blocked: 'QUEUED',
      Rescheduled: 'QUEUED',
      Processing: 'RUNNING',
      Completed: 'SUCCEEDED',
      Failed: 'FAILED',
    });
    expect(jobOf(taskWire({ id: 'TSK-1', status: 'Paused' }), 's')).toMatchObject({
      status: 'UNKNOWN',
      nativeStatus: 'Paused',
    });
  });
});

describe('a list', () => {
  test('may come without its envelope or with parts of it', () => {
    const nothing = { offset: null, limit: null, total: null, omitted: [] };
    expect(taskListWire({ data: [] })).toEqual({ $meta: nothing, data: [], odd: [] });
    expect(taskListWire({ $meta: {}, data: [] })).toEqual({ $meta: nothing, data: [], odd: [] });
    const some = { $meta: { pagination: { offset: 0, limit: 10, total: null } }, data: [] };
    expect(taskListWire(some).$meta).toEqual({ offset: 0, limit: 10, total: null, omitted: [] });
  });
});
