import { describe, expect, test } from 'vitest';
import { toJob, toStep } from '../../../src/vendors/sap-job-scheduling/jobs/mapping.ts';
import { isJobKey } from '../../../src/vendors/sap-job-scheduling/keys.ts';
import { classifyError } from '../../../src/vendors/sap-job-scheduling/errors.ts';
import { optionsSchema } from '../../../src/vendors/sap-job-scheduling/options.ts';
import { eventsOf } from '../../../src/vendors/sap-job-scheduling/runs/text.ts';
import { logRecord, recordTimes, toAttempt } from '../../../src/vendors/sap-job-scheduling/runs/records.ts';
import { selectRuns } from '../../../src/vendors/sap-job-scheduling/pushdown.ts';
import { severityOfState, statusOfRun } from '../../../src/vendors/sap-job-scheduling/facts.ts';
import { jobAnswerDecoder, jobDecoder, keyOfJob } from '../../../src/vendors/sap-job-scheduling/wire.ts';
import { runDecoder, runPageDecoder } from '../../../src/vendors/sap-job-scheduling/runs/wire.ts';

const SCHEDULE = '5f58c2fb-a428-4f4b-9e1d-312e3be8952c';

/** As on the reference page (its comments are no JSON and are left out). */
const SUCCESS = {
  runId: '56468DB7B133728EE10000000A61A0D8',
  runText: 'Sales order processed',
  httpStatus: 200,
  executionTimestamp: '2015-11-14T04:19:22',
  runStatus: 'COMPLETED',
  runState: 'SUCCESS',
  scheduleTimestamp: '2015-11-14T04:17:22',
  completionTimestamp: '2015-11-14T04:19:25',
};

const WAITING = {
  ...SUCCESS,
  runText: '[{"time":"2017-08-10 11:00:00","type":"SCHEDULED","text":"","code":null}]',
  httpStatus: null,
  executionTimestamp: null,
  runStatus: 'SCHEDULED',
  runState: 'SCHEDULED',
  completionTimestamp: null,
};

function rowsOf(run: object) {
  return logRecord(SCHEDULE, runDecoder(run)).rows;
}

function nanoseconds(text: string): bigint {
  return BigInt(Date.parse(text)) * 1_000_000n;
}

describe('times', () => {
  test('without a zone are UTC in all three formats, wherever the process runs', () => {
    for (const text of ['2015-11-14T04:19:22', '2015-11-14 04:19:22', '2015-11-14T04:19:22.000Z']) {
      const run = runDecoder({ ...SUCCESS, executionTimestamp: text });
      expect(run.executionTimestamp?.nanoseconds).toBe(nanoseconds('2015-11-14T04:19:22Z'));
      expect(run.executionTimestamp?.text).toMatch(/Z$/);
    }
  });

  test('that are invalid make a run unreadable, with the path of the field, and are null for a job', () => {
    const { results } = runPageDecoder({ total: 2, results: [{ ...SUCCESS, scheduleTimestamp: 'soon' }, SUCCESS] });
    expect(results.map(({ unreadable }) => unreadable?.reason)).toEqual([
      'results[0].scheduleTimestamp: expected a date and time, got a string',
      undefined,
    ]);
    expect(results[0]?.executionTimestamp).toEqual(results[1]?.executionTimestamp);
    const { results: none, lost } = runPageDecoder({ results: [{ runId: 'x' }] });
    expect([none, lost]).toMatchObject([
      [],
      [{ index: 0, reason: 'results[0].scheduleTimestamp: expected a date and time, got nothing' }],
    ]);
    expect(jobDecoder({ _id: 1, createdAt: 'soon' }).createdAt).toBeNull();
  });

  test('of a record lie between its scheduling and its invocation', () => {
    const timesOf = (run: object): unknown => recordTimes(runDecoder(run));
    const [scheduled, invoked] = [nanoseconds('2015-11-14T04:17:22Z'), nanoseconds('2015-11-14T04:19:22Z')];
    expect(timesOf(SUCCESS)).toEqual({ earliest: scheduled, latest: invoked });
    expect(timesOf(WAITING)).toEqual({ earliest: scheduled, latest: scheduled });
    expect(timesOf({ ...SUCCESS, scheduleTimestamp: null })).toEqual({ earliest: invoked, latest: invoked });
  });
});

describe('a run', () => {
  test.each([
    ['SCHEDULED', 'SCHEDULED', 'QUEUED'],
    ['RUNNING', 'TRIGGERED', 'RUNNING'],
    ['RUNNING', 'ACK_RECVD', 'RUNNING'],
    ['RUNNING', 'ACK_NOT_RECVD', 'RUNNING'],
    ['COMPLETED', 'SUCCESS', 'SUCCEEDED'],
    ['COMPLETED', 'ERROR', 'FAILED'],
    ['COMPLETED', 'REQUEST_ERROR', 'FAILED'],
    ['COMPLETED', 'TIMEOUT', 'FAILED'],
    ['COMPLETED', 'UNKNOWN', 'UNKNOWN'],
    ['COMPLETED', 'TRIGGERED', 'UNKNOWN'],
    ['COMPLETED', 'SKIPPED', 'UNKNOWN'],
    ['RUNNING', 'ACK_PENDING', 'RUNNING'],
    ['HELD', 'WHATEVER', 'UNKNOWN'],
    ['HELD', 'SUCCESS', 'SUCCEEDED'],
    [null, 'ERROR', 'FAILED'],
    [null, null, 'UNKNOWN'],
  ] as const)('that is %s and %s is %s', (runStatus, runState, status) => {
    expect(statusOfRun(runDecoder({ ...SUCCESS, runStatus, runState }))).toBe(status);
  });

  test('that answered 200 may have failed', () => {
    const attempt = toAttempt(SCHEDULE, runDecoder({ ...SUCCESS, runState: 'ERROR' }));
    expect([attempt.status, attempt.nativeStatus]).toEqual(['FAILED', 'ERROR']);
  });

  test('is an attempt of its schedule', () => {
    expect(toAttempt(SCHEDULE, runDecoder(SUCCESS))).toEqual({
      key: '56468DB7B133728EE10000000A61A0D8',
      number: null,
      stepKey: SCHEDULE,
      status: 'SUCCEEDED',
      nativeStatus: 'SUCCESS',
      createdAt: '2015-11-14T04:17:22Z',
      startedAt: '2015-11-14T04:19:22Z',
      finishedAt: '2015-11-14T04:19:25Z',
      time: nanoseconds('2015-11-14T04:19:22Z'),
      tie: '56468DB7B133728EE10000000A61A0D8',
    });
  });

  test('with a message is one line, stamped with its completion', () => {
    expect(rowsOf(SUCCESS)).toEqual([
      {
        time: nanoseconds('2015-11-14T04:19:25Z'),
        tie: '56468DB7B133728EE10000000A61A0D8.0000',
        timestamp: '2015-11-14T04:19:25Z',
        severity: { number: 9, text: 'SUCCESS', source: 'VENDOR' },
        message: 'Sales order processed',
        exceptions: [],
        attributes: {
          httpStatus: 200,
          runStatus: 'COMPLETED',
          runState: 'SUCCESS',
          scheduleTimestamp: '2015-11-14T04:17:22Z',
          executionTimestamp: '2015-11-14T04:19:22Z',
          completionTimestamp: '2015-11-14T04:19:25Z',
        },
        attemptKey: '56468DB7B133728EE10000000A61A0D8',
        stepKey: SCHEDULE,
        taskKey: null,
      },
    ]);
  });

  test('falls back to its invocation, then to its scheduling, for the time of its line', () => {
    const stamp = (run: object): unknown => rowsOf({ ...SUCCESS, completionTimestamp: null, ...run })[0]?.timestamp;
    expect(stamp({})).toBe('2015-11-14T04:19:22Z');
    expect(stamp({ executionTimestamp: null })).toBe('2015-11-14T04:17:22Z');
  });

  test('has no line before it has completed or been invoked', () => {
    expect(rowsOf(WAITING)).toEqual([]);
    expect(rowsOf({ ...SUCCESS, runStatus: 'RUNNING', runState: 'TRIGGERED', completionTimestamp: null })).toEqual([]);
  });

  test('that has ended without a text shows the status that the service reports', () => {
    expect(rowsOf({ ...SUCCESS, runText: '' })[0]?.message).toBe('SUCCESS');
    expect(rowsOf({ ...SUCCESS, runText: null })[0]?.message).toBe('SUCCESS');
    expect(rowsOf({ ...SUCCESS, runText: '[]', statusMessage: 'All went well' })[0]?.message).toBe('All went well');
  });
});

describe('a run with events', () => {
  const events = [
    { time: '2017-08-10 10:00:00', type: 'SCHEDULED', text: '', code: null },
    { time: '2017-08-10 11:00:00', type: 'TRIGGERED', text: '', code: null },
    { time: '2017-08-10 11:00:01', type: 'REQUEST_ERROR', text: 'Response: Cannot PUT /health\n', code: 404 },
  ];
  const run = {
    ...SUCCESS,
    runId: 'a68b86cf',
    runText: JSON.stringify(events),
    httpStatus: '404',
    runState: 'REQUEST_ERROR',
    executionTimestamp: '2017-08-10 11:00:00',
    completionTimestamp: '2017-08-10 11:00:01',
  };

  test('is a line for each, in their order', () => {
    const rows = rowsOf(run);
    expect(rows.map(({ tie, timestamp, message, severity }) => [tie, timestamp, message, severity.number])).toEqual([
      ['a68b86cf.0000', '2017-08-10T10:00:00Z', 'SCHEDULED', 9],
      ['a68b86cf.0001', '2017-08-10T11:00:00Z', 'TRIGGERED', 9],
      ['a68b86cf.0002', '2017-08-10T11:00:01Z', 'Response: Cannot PUT /health\n', 17],
    ]);
    expect(rows[2]?.attributes).toMatchObject({ event: 'REQUEST_ERROR', code: 404, httpStatus: 404 });
    expect(rows[0]?.attributes).not.toHaveProperty('code');
  });

  test('shows them while it runs, and also when they come as bare JSON', () => {
    const running = { ...run, runStatus: 'RUNNING', runState: 'TRIGGERED', completionTimestamp: null };
    expect(rowsOf({ ...running, runText: JSON.stringify(events.slice(0, 2)) })).toHaveLength(2);
    expect(rowsOf({ ...running, runText: events.slice(0, 2) })).toHaveLength(2);
  });

  test.each(['[INFO] started', '[1, 2]', '["a"]', '[{"note":"not an event"}]', '[{"time":', '{"time":"x"}', ''])(
    'is told from a message that only looks like it: %s',
    (text) => {
      expect(eventsOf(text)).toBeNull();
    },
  );

  test('may be of a type that the service adds later', () => {
    const [row] = rowsOf({ ...run, runText: '[{"time":"2017-08-10 11:00:00","type":"SUSPENDED","text":""}]' });
    expect([row?.timestamp, row?.message, row?.severity]).toEqual([
      '2017-08-10T11:00:00Z',
      'SUSPENDED',
      { number: 0, text: 'SUSPENDED', source: 'NONE' },
    ]);
  });
});

describe("a message that is an application's own JSON", () => {
  const event = { time: '2017-08-10 11:00:00', type: 'SUCCESS', text: 'posted', code: null };
  test.each([
    ['a list of messages', [{ type: 'E', id: 'V1', number: '311', message: 'Order 4711 could not be created' }]],
    ['a list of messages with times', [{ time: '2017-08-10 11:00:00', type: 'W', text: 'Order 4711 waits' }]],
    ['a list with fields that no event has', [{ ...event, order: 4711 }]],
    ['a list whose second item is no event', [event, { ...event, time: undefined }]],
    ['a list of events without a type', [{ ...event, type: undefined }]],
    ['a list with a time that can not be read', [{ ...event, time: 'later' }]],
    ['a list with a text that is none', [{ ...event, text: { de: 'gebucht' } }]],
    ['a list with a code that is none', [{ ...event, code: true }]],
    ['a list of lists', [[event]]],
    ['an object', event],
    ['a text in a text', JSON.stringify([event])],
  ])('is one line as it came, at the end of its run: %s', (_, written) => {
    const text = JSON.stringify(written);
    const rows = rowsOf({ ...SUCCESS, runState: 'ERROR', runText: text });
    expect(rows.map(({ message, timestamp, severity }) => [message, timestamp, severity.number])).toEqual([
      [text, '2015-11-14T04:19:25Z', 17],
    ]);
    expect(rows[0]?.attributes).not.toHaveProperty('event');
  });
});

describe('severity', () => {
  test.each([
    ['SUCCESS', 9],
    ['ACK_NOT_RECVD', 13],
    ['UNKNOWN', 13],
    ['ERROR', 17],
    ['REQUEST_ERROR', 17],
    ['TIMEOUT', 17],
    ['constructor', 0],
    ['NEW_STATE', 0],
  ])('of %s is %i', (state, number) => {
    expect(severityOfState(state)).toMatchObject({ number, text: state });
  });

  test('is UNSPECIFIED for a run without a state', () => {
    expect(severityOfState(null)).toEqual({ number: 0, text: null, source: 'NONE' });
  });
});

describe('a job', () => {
  const listed = {
    jobId: 42,
    _id: 3,
    name: 'Example_Job',
    description: 'Example',
    action: 'https://user:secret@example.com/run?key=secret',
    active: true,
    httpMethod: 'GET',
    user: 'someone',
    subDomain: 'tenant',
    jobType: 'HTTP_ENDPOINT',
    createdAt: '1970-01-01 12:55:55',
    ACTIVECOUNT: 0,
    INACTIVECOUNT: 2,
  };

  test('has a text as key, from the id that all answers have', () => {
    expect(keyOfJob(jobDecoder(listed))).toBe('3');
    expect(keyOfJob(jobDecoder({ jobId: 42 }))).toBe('42');
    expect(keyOfJob(jobDecoder({}))).toBeNull();
  });

  test('says what the vendor says, without addresses and identities', () => {
    expect(toJob('erp', '3', jobDecoder(listed))).toEqual({
      source: 'erp',
      key: '3',
      name: 'Example_Job',
      status: 'ACTIVE',
      nativeStatus: null,
      createdAt: '1970-01-01T12:55:55Z',
      startedAt: null,
      finishedAt: null,
      attributes: {
        description: 'Example',
        jobType: 'HTTP_ENDPOINT',
        httpMethod: 'GET',
        activeSchedules: 0,
        inactiveSchedules: 2,
      },
    });
  });

  test.each([
    [{ active: false }, 'INACTIVE'],
    [{ ACTIVECOUNT: 2 }, 'ACTIVE'],
    [{ ACTIVECOUNT: 0 }, 'INACTIVE'],
    [{ schedules: [{ scheduleId: 'a', active: true }] }, 'ACTIVE'],
    [{}, 'UNKNOWN'],
  ])('%j is %s', (job, status) => {
    expect(toJob('erp', '1', jobDecoder(job)).status).toBe(status);
  });

  test.each([
    ['42', true],
    ['0', true],
    ['042', false],
    ['-1', false],
    ['4.2', false],
    ['../1', false],
    ['', false],
    ['1e3', false],
  ])('key %j: %s', (key, valid) => {
    expect(isJobKey(key)).toBe(valid);
  });

  test('has its schedules as steps, named by what describes them', () => {
    const { schedules } = jobDecoder({
      schedules: [
        { scheduleId: 's1', description: 'hourly', active: true, startTime: '2015-10-19T23:00:00.000Z', data: {} },
        { scheduleId: 's2', description: '', active: false, data: '{}' },
      ],
    });
    expect(schedules?.map(toStep)).toMatchObject([
      { key: 's1', name: 'hourly', status: 'ACTIVE', time: nanoseconds('2015-10-19T23:00:00Z'), tie: 's1' },
      { key: 's2', name: 's2', status: 'INACTIVE', time: 0n, tie: 's2', startedAt: null, attemptKey: null },
    ]);
  });
});

describe('what part of the runs is asked for', () => {
  test('is everything by default, and what is not of a run stays to be filtered', () => {
    const filter = { minSeverity: 'WARN', contains: 'x' } as const;
    expect(selectRuns({ job: '1' }, filter)).toEqual({
      schedules: null,
      runs: null,
      applied: ['attemptIn', 'stepIn', 'taskIn'],
    });
  });

  test('has to be in scope and in the filter', () => {
    expect(selectRuns({ job: '1', step: 'a' }, { stepIn: ['a', 'b'] })).toEqual({
      schedules: ['a'],
      runs: null,
      applied: ['attemptIn', 'stepIn', 'taskIn'],
    });
    expect(selectRuns({ job: '1', step: 'c' }, { stepIn: ['a'] }).schedules).toEqual([]);
    expect(selectRuns({ job: '1', attempt: 'r' }, { attemptIn: ['r', 's'] })).toMatchObject({ runs: ['r'] });
    expect(selectRuns({ job: '1', attempt: 'r' }, { attemptIn: [] }).runs).toEqual([]);
    expect(selectRuns({ job: '1' }, { attemptIn: ['r', 'r'], stepIn: [] })).toEqual({
      schedules: [],
      runs: ['r'],
      applied: ['attemptIn', 'stepIn', 'taskIn'],
    });
  });

  test('is nothing where a task is asked for', () => {
    expect(selectRuns({ job: '1', task: 't' }, {}).schedules).toEqual([]);
    expect(selectRuns({ job: '1' }, { taskIn: ['t'] }).schedules).toEqual([]);
  });

  test('is filtered out of the whole log when the runs are many', () => {
    const attemptIn = Array.from({ length: 11 }, (_, index) => `run ${index}`);
    expect(selectRuns({ job: '1' }, { attemptIn })).toEqual({
      schedules: null,
      runs: null,
      applied: ['stepIn', 'taskIn'],
    });
  });
});

describe('refusals', () => {
  test('429 and 503 both mean to wait, as long as the header or else the body says', () => {
    const body = { retryAfter: 7 };
    expect(classifyError({ status: 503, headers: {}, body })).toEqual({
      code: 'SOURCE_RATE_LIMITED',
      retryable: true,
      retryAfterSeconds: 7,
    });
    expect(classifyError({ status: 429, headers: {}, body: { retryAfter: '5' } })).toMatchObject({
      retryAfterSeconds: 5,
    });
    expect(classifyError({ status: 429, headers: { 'retry-after': '2' }, body })).not.toHaveProperty(
      'retryAfterSeconds',
    );
    expect(classifyError({ status: 503, headers: {}, body: '<html>' })).toEqual({
      code: 'SOURCE_RATE_LIMITED',
      retryable: true,
    });
    expect(classifyError({ status: 500, headers: {}, body })).toBeNull();
  });
});

describe('options', () => {
  test('have defaults, bounds and no strangers', () => {
    expect(optionsSchema.parse({})).toEqual({ pageSize: 200, spanSeconds: 80, dialect: 'auto' });
    for (const bad of [{ pageSize: 201 }, { pageSize: 0 }, { dialect: 'old' }, { workspaces: [] }]) {
      expect(optionsSchema.safeParse(bad).success).toBe(false);
    }
  });
});

describe("a job's answer", () => {
  const JOB = { _id: 3, name: 'nightly', description: 'Every night', status: 'ACTIVE', schedules: [] };

  test('may have no schedule', () => {
    expect(jobAnswerDecoder(JOB).schedules).toEqual([]);
  });

  test.each([{ message: 'internal' }, { detail: 'internal' }, { warnings: ['internal'] }, { success: false }])(
    'with a complaint (%j) is not read as an empty list',
    (complaint) => {
      expect(() => jobAnswerDecoder({ ...JOB, ...complaint })).toThrow(/expected no error/);
      expect(jobAnswerDecoder({ ...JOB, ...complaint, schedules: [{ scheduleId: 'a' }] }).schedules).toHaveLength(1);
    },
  );
});
