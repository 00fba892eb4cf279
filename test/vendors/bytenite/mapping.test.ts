import { describe, expect, test } from 'vitest';
import { LOG_SEVERITIES } from '../../../src/domain/severity.ts';
import type { JobStatus } from '../../../src/domain/status.ts';
import { parseInstant } from '../../../src/domain/time.ts';
import { severityPasses } from '../../../src/domain/log-filter.ts';
import { classifyError } from '../../../src/vendors/bytenite/errors.ts';
import { byteNite } from '../../../src/vendors/bytenite/index.ts';
import { jobOf } from '../../../src/vendors/bytenite/jobs/mapping.ts';
import { entryOf, LINE_IDENTITY } from '../../../src/vendors/bytenite/logs/entry.ts';
import { decodeInstance } from '../../../src/vendors/bytenite/logs/body/instance.ts';
import { selectionOf, selects, unionOf } from '../../../src/vendors/bytenite/pushdown.ts';
import type { Selection } from '../../../src/vendors/bytenite/pushdown.ts';
import { levelsOf, severityOfLevel } from '../../../src/vendors/bytenite/severity.ts';
import { stepsOf } from '../../../src/vendors/bytenite/parts.ts';
import { jobAnswerDecoder, jobDecoder, jobListDecoder } from '../../../src/vendors/bytenite/wire.ts';

const ID = '24c87023-ac0a-4516-ad2d-a6d841dc06d3';

/** As recorded from the vendor: every key there, null when unset, int64 as strings. */
const DRAFT = {
  id: ID,
  templateId: 'render@1.0',
  name: 'shot 12',
  description: null,
  config: null,
  priority: null,
  startAt: null,
  submittedAt: null,
  startedAt: null,
  endedAt: null,
  createdAt: '2023-12-15T10:11:20.738798Z',
  deletedAt: null,
  state: 'JOB_STATE_NEW',
  stateTimestamps: null,
  duration: null,
  errorMessage: null,
  numChunks: '0',
  numUnitsEstimation: null,
  paymentAmount: '28',
  regions: null,
  dataSource: { params: { secretKey: 'secret' } },
  dataDestination: { params: { secretKey: 'secret' } },
  params: { app: { password: 'secret' } },
  appId: null,
};

describe('a job', () => {
  test('keeps every digit of its times and shows only harmless attributes', () => {
    expect(jobOf('render', jobDecoder(DRAFT))).toEqual({
      source: 'render',
      key: ID,
      name: 'shot 12',
      status: 'QUEUED',
      nativeStatus: 'JOB_STATE_NEW',
      createdAt: '2023-12-15T10:11:20.738798Z',
      startedAt: null,
      finishedAt: null,
      attributes: { templateId: 'render@1.0', numChunks: 0 },
    });
  });

  test('never shows data sources, destinations and parameters, nor structures in place of plain values', () => {
    const wire = jobDecoder({
      ...DRAFT,
      description: { secretKey: 'secret' },
      regions: ['eu-west', 'us-east'],
      errorMessage: 'exit status 2',
      numChunks: '9007199254740993000',
    });
    const { attributes } = jobOf('render', wire);
    expect(attributes).toEqual({
      templateId: 'render@1.0',
      errorMessage: 'exit status 2',
      numChunks: '9007199254740993000',
      regions: ['eu-west', 'us-east'],
    });
    expect(JSON.stringify(attributes)).not.toContain('secret');
  });

  test('needs little more than an id', () => {
    expect(jobOf('render', jobDecoder({ id: ID }))).toEqual({
      source: 'render',
      key: ID,
      name: ID,
      status: 'UNKNOWN',
      nativeStatus: null,
      createdAt: null,
      startedAt: null,
      finishedAt: null,
      attributes: null,
    });
  });

  test('ends at endedAt, or at completedAt in the older dialect, and never in the year 1', () => {
    const end = '2023-12-15T10:20:00Z';
    const finishedAt = (fields: object): string | null =>
      jobOf('render', jobDecoder({ ...DRAFT, ...fields })).finishedAt;
    expect(finishedAt({ endedAt: end })).toBe(end);
    expect(finishedAt({ endedAt: undefined, completedAt: end })).toBe(end);
    expect(finishedAt({ endedAt: '0001-01-01T00:00:00Z' })).toBeNull();
  });

  test.each<[string, JobStatus]>([
    ['JOB_STATE_NEW', 'QUEUED'],
    ['JOB_STATE_PARTITIONING', 'RUNNING'],
    ['JOB_STATE_RUNNING', 'RUNNING'],
    ['JOB_STATE_PROCESSING', 'RUNNING'],
    ['JOB_STATE_ASSEMBLING', 'RUNNING'],
    ['JOB_STATE_COMPLETE', 'SUCCEEDED'],
    ['JOB_STATE_COMPLETED', 'SUCCEEDED'],
    ['JOB_STATE_FAILED', 'FAILED'],
    ['JOB_STATE_ABORTED', 'CANCELLED'],
    ['JOB_STATE_CANCELED', 'CANCELLED'],
    ['JOB_STATE_CANCELLED', 'CANCELLED'],
    ['completed', 'SUCCEEDED'],
    ['JOB_STATE_DREAMING', 'UNKNOWN'],
    ['JOB_STATE_constructor', 'UNKNOWN'],
    ['', 'UNKNOWN'],
  ])('in state %s is %s, and the state stays readable', (state, status) => {
    const job = jobOf('render', jobDecoder({ ...DRAFT, state }));
    expect([job.status, job.nativeStatus]).toEqual([status, state]);
  });

  test('may be null in its answer, and a list may be null or count in numbers', () => {
    expect(jobAnswerDecoder({ job: null, templateInfo: null })).toBeNull();
    expect(jobListDecoder({ pagination: null, data: null })).toMatchObject({ total: null, hasNext: null, data: [] });
    expect(jobListDecoder({ pagination: { total: '12', hasNext: true } }).total).toBe(12);
    expect(jobListDecoder({ pagination: { total: 12 } }).total).toBe(12);
  });

  test('has no time in place of an invalid one', () => {
    expect(jobDecoder({ ...DRAFT, createdAt: 'yesterday' }).createdAt).toBeNull();
  });

  test.each([{ error: { code: 404 } }, { message: 'no' }, { result: {} }, []])(
    'does not exist in an answer like %j',
    (body) => {
      expect(() => jobAnswerDecoder(body)).toThrow(/expected (a job|an object)/);
      expect(() => jobListDecoder(body)).toThrow(/expected (a list of jobs|an object)/);
    },
  );
});

describe('the steps of a job', () => {
  const STAMPS = {
    JOB_STATE_NEW: '2025-06-24T16:00:00Z',
    JOB_STATE_PARTITIONING: '2025-06-24T16:01:00Z',
    JOB_STATE_RUNNING: '2025-06-24T16:02:00Z',
  };
  const statuses = (state: string | null, stateTimestamps: object | null = null): JobStatus[] =>
    stepsOf(jobDecoder({ ...DRAFT, state, stateTimestamps })).map(({ status }) => status);

  test('are always the same three, in the order in which the job runs through them', () => {
    const steps = stepsOf(jobDecoder(DRAFT));
    expect(steps.map(({ key, name, time, attemptKey }) => [key, name, time, attemptKey])).toEqual([
      ['PARTITIONER', 'PARTITIONER', 0n, null],
      ['TASKRUNNER', 'TASKRUNNER', 1n, null],
      ['ASSEMBLER', 'ASSEMBLER', 2n, null],
    ]);
  });

  test('have the status that the state of the job proves', () => {
    expect(statuses('JOB_STATE_NEW')).toEqual(['QUEUED', 'QUEUED', 'QUEUED']);
    expect(statuses('JOB_STATE_PARTITIONING')).toEqual(['RUNNING', 'QUEUED', 'QUEUED']);
    expect(statuses('JOB_STATE_RUNNING')).toEqual(['SUCCEEDED', 'RUNNING', 'QUEUED']);
    expect(statuses('JOB_STATE_ASSEMBLING')).toEqual(['SUCCEEDED', 'SUCCEEDED', 'RUNNING']);
    expect(statuses('JOB_STATE_COMPLETE')).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  test('are UNKNOWN where nothing proves anything', () => {
    const unknown = ['UNKNOWN', 'UNKNOWN', 'UNKNOWN'];
    expect(statuses(null)).toEqual(unknown);
    expect(statuses('JOB_STATE_DREAMING')).toEqual(unknown);
    expect(statuses('JOB_STATE_FAILED')).toEqual(unknown);
    expect(statuses('JOB_STATE_DREAMING', STAMPS)).toEqual(['SUCCEEDED', 'UNKNOWN', 'UNKNOWN']);
  });

  test('show in which of them a job failed or was cancelled, where it says when it entered them', () => {
    expect(statuses('JOB_STATE_FAILED', STAMPS)).toEqual(['SUCCEEDED', 'FAILED', 'UNKNOWN']);
    expect(statuses('JOB_STATE_CANCELED', STAMPS)).toEqual(['SUCCEEDED', 'CANCELLED', 'CANCELLED']);
    expect(statuses('JOB_STATE_CANCELED')).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
  });

  test('begin when the job entered them and end where the next begins or the job ends', () => {
    const wire = jobDecoder({
      ...DRAFT,
      state: 'JOB_STATE_FAILED',
      stateTimestamps: STAMPS,
      endedAt: '2025-06-24T16:09:00Z',
    });
    expect(stepsOf(wire).map(({ startedAt, finishedAt }) => [startedAt, finishedAt])).toEqual([
      ['2025-06-24T16:01:00Z', '2025-06-24T16:02:00Z'],
      ['2025-06-24T16:02:00Z', '2025-06-24T16:09:00Z'],
      [null, null],
    ]);
  });
});

describe('the severity of a line', () => {
  test.each([
    ['TRACE', 1],
    ['DEBUG', 5],
    ['INFO', 9],
    ['WARN', 13],
    ['ERROR', 17],
    ['FATAL', 21],
    ['PANIC', 22],
  ])('of level %s is %i', (level, number) => {
    expect(severityOfLevel(level)).toEqual({ number, text: level, source: 'VENDOR' });
  });

  test('is unknown for UNKNOWN and for a level that is left out, and never INFO', () => {
    expect(severityOfLevel('UNKNOWN')).toEqual({ number: 0, text: 'UNKNOWN', source: 'NONE' });
    expect(severityOfLevel(null)).toEqual({ number: 0, text: null, source: 'NONE' });
  });

  test('of a level that the vendor invents is read as a word of the field, or unknown', () => {
    expect(severityOfLevel('NOTICE')).toEqual({ number: 10, text: 'NOTICE', source: 'VENDOR' });
    expect(severityOfLevel('constructor')).toEqual({ number: 0, text: 'constructor', source: 'NONE' });
  });
});

describe('a severity filter', () => {
  test('becomes exactly the levels that pass', () => {
    expect(levelsOf({})).toBeNull();
    expect(levelsOf({ minSeverity: 'TRACE' })).toBeNull();
    expect(levelsOf({ minSeverity: 'INFO' })).toEqual(['UNKNOWN', 'INFO', 'WARN', 'ERROR', 'FATAL', 'PANIC']);
    expect(levelsOf({ minSeverity: 'WARN' })).toEqual(['WARN', 'ERROR', 'FATAL', 'PANIC']);
    expect(levelsOf({ minSeverity: 'ERROR', includeUnspecified: true })).toEqual([
      'UNKNOWN',
      'ERROR',
      'FATAL',
      'PANIC',
    ]);
    expect(levelsOf({ minSeverity: 'DEBUG', includeUnspecified: false })).toEqual([
      'DEBUG',
      'INFO',
      'WARN',
      'ERROR',
      'FATAL',
      'PANIC',
    ]);
    expect(levelsOf({ severityIn: ['FATAL', 'UNSPECIFIED'] })).toEqual(['UNKNOWN', 'FATAL', 'PANIC']);
    expect(levelsOf({ severityIn: ['INFO'], minSeverity: 'ERROR' })).toEqual([]);
    expect(levelsOf({ severityIn: ['UNSPECIFIED', 'FATAL'], minSeverity: 'FATAL' })).toEqual([
      'UNKNOWN',
      'FATAL',
      'PANIC',
    ]);
    expect(levelsOf({ severityIn: [] })).toEqual([]);
    expect(levelsOf({ includeUnspecified: false })).toEqual([
      'TRACE',
      'DEBUG',
      'INFO',
      'WARN',
      'ERROR',
      'FATAL',
      'PANIC',
    ]);
  });

  test('passes a severity between two levels with the range that it is in', () => {
    for (const severity of LOG_SEVERITIES.slice(1)) {
      expect(severityPasses(severityOfLevel('NOTICE').number, { severityIn: [severity] })).toBe(severity === 'INFO');
    }
  });
});

describe('a selection', () => {
  const select = (scope: object, filter: object = {}): Selection => {
    const selection = selectionOf({ job: ID, ...scope }, filter);
    if (selection === null) throw new Error('selects nothing');
    return selection;
  };

  test('of a whole job selects everything', () => {
    expect(select({})).toEqual({ services: null, taskIds: null, severity: null });
  });

  test('of a step selects its service, and of a task its service and its id', () => {
    expect(select({ step: 'ASSEMBLER' }).services).toEqual(['ASSEMBLER']);
    expect(select({ task: '9f' })).toEqual({ services: ['TASKRUNNER'], taskIds: new Set(['9f']), severity: null });
    expect(select({}, { stepIn: ['ASSEMBLER', 'PARTITIONER', 'other'] }).services).toEqual([
      'PARTITIONER',
      'ASSEMBLER',
    ]);
  });

  test('does not exist if no line can match', () => {
    expect(selectionOf({ job: ID, attempt: '1' }, {})).toBeNull();
    expect(selectionOf({ job: ID }, { attemptIn: ['1'] })).toBeNull();
    expect(selectionOf({ job: ID, step: 'cleanup' }, {})).toBeNull();
    expect(selectionOf({ job: ID, step: 'ASSEMBLER', task: '9f' }, {})).toBeNull();
    expect(selectionOf({ job: ID, task: '9f' }, { taskIn: ['a0'] })).toBeNull();
    expect(selectionOf({ job: ID }, { stepIn: [] })).toBeNull();
    expect(selectionOf({ job: ID }, { severityIn: [] })).toBeNull();
  });

  test('judges each line', () => {
    const selection = select({ task: '9f' }, { minSeverity: 'ERROR' });
    expect(selects(selection, 'TASKRUNNER', '9f', 17)).toBe(true);
    expect(selects(selection, 'TASKRUNNER', '9f', 9)).toBe(false);
    expect(selects(selection, 'TASKRUNNER', 'a0', 17)).toBe(false);
    expect(selects(selection, 'PARTITIONER', null, 17)).toBe(false);
  });

  test('is joined with others to one query that includes everything that any of them needs', () => {
    const a = select({ task: 'a' }, { minSeverity: 'FATAL' });
    const b = select({ task: 'b' }, { severityIn: ['WARN'] });
    const assembler = select({ step: 'ASSEMBLER' }, { severityIn: ['INFO'] });
    expect(unionOf([b, a])).toEqual({
      services: ['TASKRUNNER'],
      taskIds: ['a', 'b'],
      levels: ['FATAL', 'PANIC', 'WARN'],
    });
    // What a task filter does to the other services is not known, so it is not sent beside them.
    expect(unionOf([a, assembler])).toEqual({
      services: ['ASSEMBLER', 'TASKRUNNER'],
      taskIds: [],
      levels: ['FATAL', 'INFO', 'PANIC'],
    });
    expect(unionOf([a, select({})])).toEqual({ services: [], taskIds: [], levels: [] });
    expect(unionOf([a, select({ step: 'TASKRUNNER' })])).toEqual({ services: ['TASKRUNNER'], taskIds: [], levels: [] });
  });
});

describe('a line', () => {
  const instance = { log: 'x', timestamp: '2025-06-24T16:19:03.1Z', level: 'PANIC', container: 'app' };

  test('becomes an entry that keeps the digits of its time and the container it came from', () => {
    expect(entryOf('TASKRUNNER', '9f', decodeInstance(instance))).toEqual({
      time: parseInstant('2025-06-24T16:19:03.100Z')?.nanoseconds,
      timestamp: '2025-06-24T16:19:03.1Z',
      severity: { number: 22, text: 'PANIC', source: 'VENDOR' },
      message: 'x',
      exceptions: [],
      attributes: { container: 'app' },
      attemptKey: null,
      stepKey: 'TASKRUNNER',
      taskKey: '9f',
    });
  });

  test('is identified by all of its content, and UNKNOWN equals no level', () => {
    const identity = (change: object, task: string | null = '9f'): readonly (string | null)[] =>
      LINE_IDENTITY.by === 'content'
        ? LINE_IDENTITY.of(entryOf('TASKRUNNER', task, decodeInstance({ ...instance, ...change })))
        : [];
    expect(identity({})).toEqual(['TASKRUNNER', '9f', '2025-06-24T16:19:03.1Z', 'app', 'PANIC', 'x']);
    expect(identity({ level: 'UNKNOWN' })).toEqual(identity({ level: undefined }));
    for (const change of [
      { log: 'y' },
      { level: 'INFO' },
      { container: null },
      { timestamp: '2025-06-24T16:19:03.10Z' },
    ]) {
      expect(identity(change)).not.toEqual(identity({}));
    }
    expect(identity({}, 'a0')).not.toEqual(identity({}));
  });
});

describe('an error body', () => {
  const classify = (status: number, body: unknown): unknown => classifyError({ status, headers: {}, body });

  test('gives the reason by its gRPC code if the status is general', () => {
    expect(classify(500, { code: 5, message: 'no', details: [] })).toEqual({ code: 'NOT_FOUND', retryable: false });
    expect(classify(500, { code: 16 })).toEqual({ code: 'SOURCE_UNAUTHENTICATED', retryable: false });
    expect(classify(500, { code: 8 })).toEqual({ code: 'SOURCE_RATE_LIMITED' });
    expect(classify(400, { ok: false, error: { code: 404 } })).toEqual({ code: 'NOT_FOUND', retryable: false });
  });

  test('is ignored if the status is specific or the body has no code', () => {
    expect(classify(404, { code: 3 })).toBeNull();
    for (const body of [{}, undefined, '<html>', { code: 3 }, { code: 13 }, { code: '5' }, { error: 'no' }]) {
      expect(classify(500, body)).toBeNull();
    }
  });
});

describe('the definition', () => {
  test.each([
    ['https://api.bytenite.com/v1/customer', 'https://api.bytenite.com/v1/auth/access_token'],
    ['https://api.bytenite.com/v1/customer/', 'https://api.bytenite.com/v1/auth/access_token'],
    ['https://api.bytenite.com/v1/computing', 'https://api.bytenite.com/v1/auth/access_token'],
    [
      'https://proxy.example.com/vendors/bytenite/v1/customer',
      'https://proxy.example.com/vendors/bytenite/v1/auth/access_token',
    ],
  ])('finds the token endpoint beside %s', (baseUrl, tokenUrl) => {
    expect(byteNite.tokenUrl(baseUrl)).toBe(tokenUrl);
  });

  test('accepts two sizes and no other option', () => {
    expect(byteNite.options.parse({})).toEqual({ jobPageSize: 50, logCap: 5000 });
    expect(byteNite.options.safeParse({ jobPageSize: 0 }).success).toBe(false);
    expect(byteNite.options.safeParse({ workspaces: [] }).success).toBe(false);
  });
});
