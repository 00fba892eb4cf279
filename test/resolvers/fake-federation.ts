import { TributaryError } from '../../src/domain/errors.ts';
import type { Attempt, Job, JobRef, PartKind, Parts, Step, Task } from '../../src/domain/job.ts';
import type {
  Connection,
  Federation,
  LogConnection,
  LogNode,
  LogStreamEvent,
  SourceInfo,
} from '../../src/federation/api.ts';
import { encodeEntryId } from '../../src/federation/node-id.ts';

/** A federation of made-up sources that writes down what it was asked. */
export interface FakeFederation extends Federation {
  /** One line per call that a source would have had to answer. */
  readonly asked: string[];
  closed: boolean;
}

const CAPABILITIES: SourceInfo['capabilities'] = {
  attempts: true,
  steps: true,
  tasks: true,
  nativePagination: 'OFFSET',
  maxPageSize: 100,
  totalCount: true,
  pushdown: ['SINCE', 'UNTIL'],
};

const TIMES = {
  createdAt: '2026-03-01T09:00:00.000000001Z',
  startedAt: '2026-03-01T09:00:01Z',
  finishedAt: null,
};

export function fakeJob(source: string, key: string): Job {
  return {
    source,
    key,
    name: `Job ${key}`,
    status: 'RUNNING',
    nativeStatus: 'running',
    ...TIMES,
    attributes: { a: 1 },
  };
}

function fakePart(key: string) {
  return { key, time: 1n, tie: key, status: 'RUNNING', nativeStatus: 'running', ...TIMES } as const;
}

function fakeAttempt(key: string): Attempt {
  return { ...fakePart(key), number: 1, stepKey: 'step' };
}

function fakeStep(key: string): Step {
  return { ...fakePart(key), name: `Step ${key}`, attemptKey: null };
}

function fakeTask(key: string): Task {
  return { ...fakePart(key), name: `Task ${key}`, attemptKey: 'attempt', stepKey: 'step' };
}

export function fakeEntry(
  job: JobRef,
  number: number,
  parts: Partial<LogNode> = {},
  names: SourceInfo['names'] = {},
): LogNode {
  const time = 1_772_355_600_000_000_000n + BigInt(number);
  const entry = {
    id: encodeEntryId({ ...job, partition: '', time, tie: 'x' }),
    source: job.source,
    jobKey: job.key,
    time,
    tie: 'x',
    timestamp: `2026-03-01T09:00:00.${String(number).padStart(9, '0')}Z`,
    severity: { number: 9, text: 'Information', source: 'VENDOR' as const },
    message: `line ${number}`,
    exceptions: [],
    attributes: null,
    attemptKey: null,
    stepKey: 'step',
    taskKey: null,
    ...parts,
  };
  const { severity, attemptKey, stepKey, taskKey } = entry;
  return {
    ...entry,
    severityNumber: severity.number,
    severityText: severity.text,
    severitySource: severity.source,
    attemptNumber: attemptKey === null ? null : (names.attemptNumber?.(attemptKey) ?? null),
    stepName: stepKey === null ? null : (names.stepName?.(stepKey) ?? null),
    taskName: taskKey === null ? null : (names.taskName?.(taskKey) ?? null),
  };
}

export function fakeConnection<T>(nodes: readonly T[]): Connection<T> {
  return {
    edges: () => Promise.resolve(nodes.map((node, index) => ({ node, cursor: `cursor-${index}` }))),
    nodes: () => Promise.resolve(nodes),
    pageInfo: () =>
      Promise.resolve({ hasNextPage: false, hasPreviousPage: false, startCursor: 'cursor-0', endCursor: 'cursor-9' }),
    totalCount: () => Promise.resolve(nodes.length),
    failures: () => Promise.resolve([]),
  };
}

function failingConnection(error: Error) {
  const fail = () => Promise.reject(error);
  return { edges: fail, nodes: fail, pageInfo: fail, totalCount: fail, isComplete: fail, failures: fail };
}

const FAKE_PARTS: { readonly [K in PartKind]: (key: string) => Parts[K] } = {
  Attempt: fakeAttempt,
  Step: fakeStep,
  Task: fakeTask,
};

function fakePartOf<K extends PartKind>(kind: K, key: string): Parts[K] {
  return FAKE_PARTS[kind](key);
}

function fakeLogs(entries: readonly LogNode[]): LogConnection {
  return {
    ...fakeConnection(entries),
    isComplete: () => Promise.resolve(false),
  };
}

const DOWN = new TributaryError('SOURCE_UNAVAILABLE', 'down: it does not answer.', { source: 'down' });

/** Two sources: `up` knows every job but `missing`; every call to `down` fails. */
export function fakeFederation(changes: Partial<Federation> = {}, names: SourceInfo['names'] = {}): FakeFederation {
  const asked: string[] = [];
  const sources = ['up', 'down'].map((name) => ({ name, vendor: 'fake', capabilities: CAPABILITIES, names }));

  /** What `up` answers; `down` fails, and what is called `missing` is not there. */
  function answer<T>(question: string, ref: { source: string; key: string }, value: T): Promise<T | null> {
    asked.push(`${question} ${ref.source}/${ref.key}`);
    if (ref.source === 'down') return Promise.reject(DOWN);
    return Promise.resolve(ref.key === 'missing' ? null : value);
  }

  const federation: FakeFederation = {
    asked,
    closed: false,
    sources,
    maxPageSize: 1_000,
    only: () => federation,
    source: (name) => sources.find((source) => source.name === name) ?? null,
    health: (source) => {
      asked.push(`health ${source}`);
      if (source === 'down') return Promise.reject(DOWN);
      const checkedAt = '2026-03-01T09:00:00Z';
      return Promise.resolve({ state: 'UP', code: null, message: null, checkedAt, latencyMilliseconds: 1.5 });
    },
    job: (ref) => answer('job', ref, fakeJob(ref.source, ref.key)),
    jobs: ({ sources: names, listFailures }) => {
      asked.push(`jobs ${(names ?? ['up', 'down']).join()}`);
      if (names?.join() === 'down' && listFailures !== true) return failingConnection(DOWN);
      const failures = [
        { source: 'down', jobId: null, code: DOWN.code, message: DOWN.message, retryAfterSeconds: null },
      ].filter(({ source }) => names?.includes(source) ?? true);
      const jobs = names?.includes('up') === false ? [] : [fakeJob('up', 'a'), fakeJob('up', 'b')];
      return { ...fakeConnection(jobs), failures: () => Promise.resolve(failures) };
    },
    parts: (kind, job) => connectionOf(job, `${kind.toLowerCase()}s`, [fakePartOf(kind, kind.toLowerCase())]),
    part: (kind, job, key) => answer(kind.toLowerCase(), { source: job.source, key }, fakePartOf(kind, key)),
    logs: (scopes) => {
      asked.push(`logs ${scopes.map(({ source, scope }) => `${source}/${Object.values(scope).join('/')}`).join(' ')}`);
      const failed = scopes.find(({ source }) => source === 'down');
      if (failed && scopes.length === 1) return failingConnection(DOWN);
      return fakeLogs(
        scopes.flatMap(({ source, scope }) => [1, 2].map((n) => fakeEntry({ source, key: scope.job }, n))),
      );
    },
    histogram: () => Promise.reject(DOWN),
    cursorOf: ({ source, key, tie }) => `cursor-of ${source}/${key}/${tie}`,
    entry: (ref) => answer('entry', ref, fakeEntry(ref, 1)),
    context: async (ref) => {
      const line = await answer('context', ref, fakeEntry(ref, 1));
      if (line === null) throw new TributaryError('NOT_FOUND', 'The line no longer exists.');
      return fakeLogs([line]);
    },
    tail: () => fakeTail([]),
    tailStatistics: () => ({
      feeds: 0,
      subscribers: 0,
      windowLines: 0,
      windowBytes: 0,
      polls: 0,
      lagSeconds: 0,
      gaps: 0,
      droppedLines: 0,
      repeatedLines: 0,
      sharing: null,
    }),
    close: () => {
      federation.closed = true;
      return Promise.resolve();
    },
    ...changes,
  };

  function connectionOf<T>(job: JobRef, what: string, nodes: readonly T[]): Connection<T> {
    asked.push(`${what} ${job.source}/${job.key}`);
    return job.source === 'down' ? failingConnection(DOWN) : fakeConnection(nodes);
  }

  return federation;
}

export async function* fakeTail(events: readonly LogStreamEvent[]): AsyncGenerator<LogStreamEvent, void, undefined> {
  for (const event of events) yield await Promise.resolve(event);
}
