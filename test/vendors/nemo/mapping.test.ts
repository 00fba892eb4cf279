import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogFilter } from '../../../src/domain/log-filter.ts';
import { residualOf } from '../../../src/federation/log-filter/filter.ts';
import { decodeBase58, encodeBase58 } from '../../../src/sandbox/nemo/base58.ts';
import { encodePage } from '../../../src/sandbox/nemo/page-tokens.ts';
import { copyOf } from '../../../src/pagination/core/identity.ts';
import { partOf } from '../../../src/vendors/shared/parts.ts';
import { Mismatch } from '../../../src/http/body/mismatch.ts';
import { nemo } from '../../../src/vendors/nemo/index.ts';
import { jobOf } from '../../../src/vendors/nemo/jobs/mapping.ts';
import { isStorable, placeOf, taskPlaceOf } from '../../../src/vendors/nemo/keys.ts';
import { entryOf } from '../../../src/vendors/nemo/logs/row.ts';
import { planScope } from '../../../src/vendors/nemo/pushdown.ts';
import { pageAddress } from '../../../src/vendors/nemo/logs/page-address.ts';
import { attemptsFromSteps, attemptsOf, stepsOf, tasksOf } from '../../../src/vendors/nemo/parts.ts';
import { mayHave, statusOf } from '../../../src/vendors/nemo/facts.ts';
import {
  attemptListWire,
  jobListWire,
  jobWire,
  logPageWire,
  statusTreeWire,
  stepListWire,
} from '../../../src/vendors/nemo/wire.ts';

describe('page tokens', () => {
  test('are page numbers in base 58', () => {
    expect(pageAddress.tokenOf(2)).toBe('nQx83Xfi');
    expect(pageAddress.tokenOf(3)).toBe('nR4faMoz');
    expect(pageAddress.pageOf('nQx83Xfi')).toBe(2);
  });

  test('come back as the page that they were made for, and are what the vendor makes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (page) => {
        const token = pageAddress.tokenOf(page);
        expect(token).toBe(encodePage({ page, direction: 0 }));
        expect(pageAddress.pageOf(token)).toBe(page);
      }),
    );
  });

  test('are page numbers in plain decimals where the vendor gives such', () => {
    expect(pageAddress.pageOf('2')).toBe(2);
    expect(pageAddress.tokenOf(30, '2')).toBe('30');
    expect(pageAddress.tokenOf(3, 'nQx83Xfi')).toBe('nR4faMoz');
  });

  test.each(['nQqaWhbr', 'eyJwYWdlIjoiMg==', '', '0OIl', 'abc', '0', '01', '1nQx83Xfi', 'z'.repeat(40)])(
    'are opaque when they are something else: %s',
    (token) => {
      expect(pageAddress.pageOf(token)).toBeNull();
    },
  );

  test('never throw for any text', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        const page = pageAddress.pageOf(token);
        if (page === null || token === String(page)) return;
        expect(JSON.parse(Buffer.from(decodeBase58(token) ?? []).toString())).toEqual([page, 0]);
      }),
    );
  });

  test.each(['[%,0]', '[ % , 0 ]', '[\n  %,\n  0\n]'])(
    'are page numbers in any white space of the list: %j',
    (text) => {
      const spelled = (page: number): string => encodeBase58(Buffer.from(text.replace('%', String(page))));
      for (const page of [2, 17, 999_999_999_999_999]) {
        expect(pageAddress.pageOf(spelled(page))).toBe(page);
        expect(pageAddress.tokenOf(page, spelled(2))).toBe(spelled(page));
      }
    },
  );
});

describe('statuses', () => {
  test('each have a meaning, and are UNKNOWN if the vendor invents one', () => {
    const words = 'created queued pending active cancelling cancelled error completed pausing paused resuming';
    expect(words.split(' ').map(statusOf)).toEqual([
      'QUEUED',
      'QUEUED',
      'QUEUED',
      'RUNNING',
      'CANCELLING',
      'CANCELLED',
      'FAILED',
      'SUCCEEDED',
      'RUNNING',
      'PAUSED',
      'RUNNING',
    ]);
    expect([statusOf('creation_pending'), statusOf('deletion_pending')]).toEqual(['QUEUED', 'CANCELLING']);
    expect([statusOf('hibernating'), statusOf(''), statusOf(null), statusOf('constructor')]).toEqual(
      Array(4).fill('UNKNOWN'),
    );
  });

  test('are possible or not for the vendor, and possible if that is unknown', () => {
    expect([mayHave(['SUCCEEDED', 'ACTIVE']), mayHave(['ACTIVE', 'INACTIVE']), mayHave(['UNKNOWN'])]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('keys', () => {
  test('are workspace and name, split at the first slash', () => {
    expect(placeOf('default/sft', ['default'])).toEqual({ workspace: 'default', name: 'sft' });
    expect(placeOf('default/a/b', ['default'])).toEqual({ workspace: 'default', name: 'a/b' });
  });

  test.each(['other/sft', 'default', 'default/', '/sft', '', 'sft'])(
    'that name nothing readable are none: %s',
    (key) => {
      expect(placeOf(key, ['default'])).toBeNull();
    },
  );

  test('of tasks are their names', () => {
    expect(taskPlaceOf('task-1')).toEqual({ step: null, task: 'task-1' });
    expect(taskPlaceOf('training/task-1')).toEqual({ step: 'training', task: 'task-1' });
  });

  test('are sent to the log store only when it takes them', () => {
    expect(['training', 'a.b_c:d-9', 'x'.repeat(128)].map(isStorable)).toEqual([true, true, true]);
    expect(['', 'a b', 'a@b', 'a+b', 'a/b', 'ä', 'a\n', 'x'.repeat(129)].some(isStorable)).toBe(false);
  });
});

describe('a job', () => {
  test('is read with nulls, without nulls, and with times with and without a zone', () => {
    const full = jobWire({
      id: 'platform-job-1',
      attempt_id: 'platform-job-attempt-1',
      name: 'sft',
      workspace: 'default',
      project: null,
      description: 'x',
      source: 'automodel',
      spec: { secret: 1 },
      platform_spec: { steps: [{ name: 'training', environment: [{ name: 'HF_TOKEN', value: 'secret' }] }] },
      status: 'active',
      status_details: { percentage_done: 40 },
      error_details: null,
      created_at: '2026-02-09T22:12:45',
      updated_at: '2026-02-09T22:12:45.123456Z',
      ownership: { created_by: 'somebody' },
      auth_context: { principal_id: 'somebody' },
    });
    const job = jobOf('nemo-test', 'default', full);
    expect(job).toEqual({
      source: 'nemo-test',
      key: 'default/sft',
      name: 'sft',
      status: 'RUNNING',
      nativeStatus: 'active',
      createdAt: '2026-02-09T22:12:45Z',
      startedAt: null,
      finishedAt: null,
      changedAt: '2026-02-09T22:12:45.123456Z',
      attributes: {
        id: 'platform-job-1',
        workspace: 'default',
        source: 'automodel',
        description: 'x',
        attemptId: 'platform-job-attempt-1',
        updatedAt: '2026-02-09T22:12:45.123456Z',
        statusDetails: { percentage_done: 40 },
        plannedSteps: ['training'],
      },
    });
    expect(JSON.stringify(job)).not.toMatch(/secret|somebody/);
    const bare = jobOf('nemo-test', 'default', jobWire({ name: 'sft' }));
    expect(bare).toMatchObject({ status: 'UNKNOWN', nativeStatus: null, createdAt: null });
    expect(bare.attributes).toEqual({ workspace: 'default' });
  });

  test('in a list needs no pagination block, and a job without a name is counted by its path', () => {
    expect(jobListWire({ data: [] })).toEqual({ data: [], odd: [], total_pages: null, total_results: null });
    const { data, odd } = jobListWire({ data: [{ name: 'a' }, {}] });
    expect(data.map(({ name }) => name)).toEqual(['a']);
    expect(odd).toMatchObject([{ index: 1, reason: 'data[1].name: expected a name, got nothing' }]);
  });
});

describe('steps and tasks', () => {
  test('keep the order of creation, also where the vendor gives no times', () => {
    const sample = statusTreeWire({
      id: 'platform-job-1',
      name: 'sft',
      status: 'active',
      steps: [
        { id: 's1', name: 'zebra', status: 'completed', error_details: {}, tasks: [{ id: 't1', name: 'task-1' }] },
        { id: 's2', name: 'apple', status: 'active', tasks: null },
      ],
    });
    const steps = stepsOf(sample, 'attempt-1');
    expect(steps.map(({ key, status, createdAt, attemptKey }) => [key, status, createdAt, attemptKey])).toEqual([
      ['zebra', 'SUCCEEDED', null, 'attempt-1'],
      ['apple', 'RUNNING', null, 'attempt-1'],
    ]);
    expect(steps[0]!.tie < steps[1]!.tie).toBe(true);
    expect(tasksOf(sample, null)).toMatchObject([
      { key: 'task-1', name: 'task-1', stepKey: 'zebra', attemptKey: null, status: 'UNKNOWN' },
    ]);
  });

  test('have keys of their own when two steps have tasks of one name', () => {
    const tree = statusTreeWire({
      steps: [
        { name: 'a', created_at: '2026-02-09T22:12:45.000001', tasks: [{ name: 'worker-0' }] },
        { name: 'b', created_at: '2026-02-09T22:12:46', tasks: [{ name: 'worker-0' }] },
      ],
    });
    const tasks = tasksOf(tree, null);
    expect(tasks.map(({ key }) => key)).toEqual(['worker-0', 'b/worker-0']);
    expect(tasks[0]!.time % 1_000_000_000n).toBe(1000n);
  });

  test.each(['soon', 7, {}])(
    'that are %o and no list are counted as one that can not be read, and their step is there',
    (tasks) => {
      const tree = statusTreeWire({
        steps: [
          { name: 'one', tasks },
          { name: 'two', tasks: [{ name: 'a' }] },
        ],
      });
      expect(stepsOf(tree, null).map(({ key }) => key)).toEqual(['one', 'two']);
      const read = tasksOf(tree, null);
      expect(read.filter(({ unreadable }) => unreadable === undefined).map(({ key }) => key)).toEqual(['a']);
      expect(read.filter(({ unreadable }) => unreadable !== undefined)).toHaveLength(1);
      expect(partOf('one', read, 'a')?.key).toBe('a');
      expect(() => partOf('one', read, 'b')).toThrow('one: a row could not be read');
    },
  );

  test.each([
    { name: 'sft', steps: null },
    { id: 'platform-job-1', status: 'error', status_details: {}, error_details: { message: 'no image' } },
    { name: 'sft', status: 'created', steps: [] },
    { steps: [] },
  ])('of a job without any are none (%j)', (body) => {
    const tree = statusTreeWire(body);
    expect([...stepsOf(tree, null), ...tasksOf(tree, null)]).toEqual([]);
  });

  test.each([
    {},
    { detail: 'internal' },
    { status: 'error' },
    { name: 'sft', detail: 'internal' },
    { name: 'sft', steps: [], message: 'internal' },
    { steps: [], detail: [{ msg: 'internal' }] },
    { name: 'sft', steps: [], Errors: ['internal'] },
    { Steps: [{ name: 'a' }] },
    { data: { name: 'sft', steps: [] } },
  ])('are not none where the answer is that of no job, or complains (%j)', (body) => {
    expect(() => statusTreeWire(body)).toThrow(Mismatch);
  });
});

describe('attempts', () => {
  const job = jobWire({
    name: 'sft',
    attempt_id: 'second',
    status: 'active',
    created_at: '2026-02-09T22:12:00',
  });

  test('are put together from the steps of all attempts and the current one of the job', () => {
    const list = stepListWire({
      data: [
        { name: 'a', attempt_id: 'first', status: 'completed', created_at: '2026-02-09T22:12:45' },
        { name: 'b', attempt_id: 'first', status: 'error', created_at: '2026-02-09T22:13:45' },
        { name: 'a', attempt_id: 'second', status: 'completed', created_at: '2026-02-09T22:14:45' },
        { name: 'c', attempt_id: null },
      ],
    });
    expect(attemptsFromSteps(job, list)).toMatchObject([
      { key: 'first', number: 1, status: 'FAILED', nativeStatus: 'error', startedAt: '2026-02-09T22:12:45Z' },
      { key: 'second', number: 2, status: 'RUNNING', nativeStatus: 'active' },
    ]);
  });

  test('have the current one last, also before it has steps', () => {
    expect(attemptsFromSteps(job, stepListWire({ data: [] })).map(({ key, number }) => [key, number])).toEqual([
      ['second', 1],
    ]);
    const list = stepListWire({
      data: [{ name: 'a', attempt_id: 'first', created_at: '2026-02-09T23:00:00' }],
    });
    const [first, second] = attemptsFromSteps(job, list);
    expect([first?.key, second?.key]).toEqual(['first', 'second']);
    expect(second!.time >= first!.time).toBe(true);
    expect(attemptsFromSteps(jobWire({ name: 'sft', attempt_id: null }), stepListWire({ data: [] }))).toEqual([]);
  });

  test('of newer generations count from 1 here and from 0 there', () => {
    const list = attemptListWire({
      data: [
        { id: 'b', seq: 1, status: 'active', created_at: '2026-02-09T22:12:45' },
        { id: 'a', seq: 0, status: 'error', created_at: '2026-02-09T22:12:45' },
      ],
    });
    const attempts = attemptsOf(list);
    expect(attempts).toMatchObject([
      { key: 'a', number: 1, status: 'FAILED' },
      { key: 'b', number: 2, status: 'RUNNING' },
    ]);
    expect(attempts[0]!.tie < attempts[1]!.tie).toBe(true);
  });
});

describe('a log row', () => {
  const row = (fields: object) =>
    logPageWire({ data: [{ timestamp: '2026-02-27T23:17:01.123456', job: 'sft', ...fields }] }).data[0]!;

  test('is in UTC to the microsecond, in whatever time zone we run', () => {
    const entry = entryOf(row({ job_step: 'training', job_task: 'task-1', message: 'ERROR: x' }), null);
    // A copy has what the row itself makes on demand: its severity.
    expect(copyOf(entry)).toEqual({
      time: BigInt(Date.UTC(2026, 1, 27, 23, 17, 1)) * 1_000_000n + 123_456_000n,
      timestamp: '2026-02-27T23:17:01.123456Z',
      severity: { number: 17, text: 'ERROR', source: 'INFERRED' },
      message: 'ERROR: x',
      exceptions: [],
      attributes: null,
      attemptKey: null,
      stepKey: 'training',
      taskKey: 'task-1',
    });
    expect(entryOf(row({ timestamp: '2024-04-20T14:22:35Z' }), null).timestamp).toBe('2024-04-20T14:22:35Z');
  });

  test('has no step or task where the vendor says an empty one, and an empty message where it says none', () => {
    expect(entryOf(row({ job_step: '', job_task: null, message: null }), 'attempt-1')).toMatchObject({
      stepKey: null,
      taskKey: null,
      message: '',
      attemptKey: 'attempt-1',
      severity: { number: 0, source: 'NONE' },
    });
  });

  test('without a readable time is counted, by its path', () => {
    const { data, odd } = logPageWire({ data: [{ timestamp: 'yesterday', message: 'x' }] });
    expect(data).toEqual([]);
    expect(odd).toMatchObject([{ index: 0, reason: 'data[0].timestamp: expected a date-time, got a string' }]);
  });

  test.each([{ next_page: null }, { next_page: '' }, {}])('may be on a last page that ends with %j', (end) => {
    expect(logPageWire({ data: [], total: 0, ...end }).next_page).toBeNull();
  });
});

describe('the part of a scope that is sent', () => {
  const job = 'default/sft';

  test('is one step and one task, from the scope or the filter', () => {
    expect(planScope({ job, step: 'a', task: 't' }, {})).toMatchObject({ step: 'a', task: 't', attempts: null });
    expect(planScope({ job }, { stepIn: ['a'], taskIn: ['t', 't'] })).toMatchObject({ step: 'a', task: 't' });
    expect(planScope({ job, step: 'a' }, { stepIn: ['b', 'a'] })?.applied).toContain('stepIn');
    expect(planScope({ job, attempt: 'x' }, { attemptIn: ['y', 'x'] })?.attempts).toEqual(['x']);
  });

  test('has neither several names nor a name that the store refuses: those are left to the filter', () => {
    const filter: LogFilter = { stepIn: ['a', 'b'], contains: 'x', minSeverity: 'WARN' };
    const plan = planScope({ job, task: 'worker@0' }, filter)!;
    expect(plan).toMatchObject({ attempts: null, step: undefined, task: undefined });
    expect(residualOf(filter, plan)).toEqual({
      attemptIn: undefined,
      stepIn: ['a', 'b'],
      taskIn: ['worker@0'],
      contains: 'x',
      minSeverity: 'WARN',
    });
  });

  test('is both names for a task whose key has its step', () => {
    expect(planScope({ job, task: 'b/worker-0' }, {})).toMatchObject({ step: 'b', task: 'worker-0' });
  });

  test('is nothing where nothing can match', () => {
    expect(planScope({ job, step: 'a' }, { stepIn: ['b'] })).toBeNull();
    expect(planScope({ job, step: 'a', task: 'b/worker-0' }, {})).toBeNull();
    expect(planScope({ job }, { taskIn: [] })).toBeNull();
  });
});

describe('the configuration of a source', () => {
  test('needs workspaces, and has sizes within what the vendor takes', () => {
    expect(nemo.options.parse({ workspaces: ['default'] })).toEqual({
      workspaces: ['default'],
      pageSize: 1000,
      maxWalk: 50,
    });
    for (const wrong of [
      {},
      { workspaces: [] },
      { workspaces: [''] },
      { workspaces: ['a/b'] },
      { workspaces: ['a'], pageSize: 1001 },
      { workspaces: ['a'], pageSize: 0 },
      { workspaces: ['a'], colour: 'red' },
    ]) {
      expect(nemo.options.safeParse(wrong).success).toBe(false);
    }
  });

  test('says that the permanent failure of a log query is not worth another try', () => {
    const classify = nemo.classifyError!;
    const body = { detail: 'Failed to query job logs' };
    expect(classify({ status: 500, headers: {}, body })).toEqual({ retryable: false });
    expect(classify({ status: 500, headers: {}, body: 'oops' })).toBeNull();
    expect(classify({ status: 503, headers: {}, body })).toBeNull();
  });
});
