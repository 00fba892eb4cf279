import type { SandboxLine } from '../../../src/sandbox/types.ts';

interface Measured {
  /** The head of its column. */
  readonly title: string;
  /** The member that has the rows in its answers. Null: it always returns all of its lines. */
  readonly list: string | null;
  /** The parts of a job that write lines, in turns. */
  readonly parts: readonly Pick<SandboxLine, 'step' | 'task'>[];
  /** A step that some of its lines name. Null: SAP's schedule, whose id is given when the job is made. */
  readonly step: string | null;
  /** A key that no job has. */
  readonly unknown: string;
  /** Most lines of its deep and large logs. */
  readonly most: number;
  /** The log of which a line is read before calls are counted. */
  readonly readBefore: 'deep' | 'short';
}

/**
 * The sources of the table, under their names in `SIMULATED`. A new vendor is one entry here, and its calls in `shapes/`: a
 * test compares the two lists.
 */
export const MEASURED = {
  nemo: {
    title: 'NeMo',
    list: 'data',
    parts: [
      { step: 'training', task: 'trainer' },
      { step: 'evaluation', task: 'scorer' },
    ],
    step: 'training',
    unknown: 'default/nobody',
    most: Infinity,
    readBefore: 'deep',
  },
  sap: {
    title: 'SAP',
    list: 'results',
    parts: [{}],
    step: null,
    unknown: '987654321',
    most: Infinity,
    readBefore: 'short',
  },
  softwareone: {
    title: 'SoftwareOne',
    list: 'data',
    parts: [{}],
    step: '',
    unknown: 'TSK-9999-9999-9999-9999',
    most: Infinity,
    readBefore: 'deep',
  },
  deepset: {
    title: 'deepset',
    list: 'data',
    parts: [{ step: 'querypipeline' }, { step: 'indexingpipeline' }],
    step: 'indexingpipeline',
    unknown: 'production/nobody',
    most: Infinity,
    readBefore: 'deep',
  },
  bytenite: {
    title: 'ByteNite',
    list: null,
    parts: [{ step: 'TASKRUNNER', task: 'task-a' }, { step: 'TASKRUNNER', task: 'task-b' }, { step: 'PARTITIONER' }],
    step: 'PARTITIONER',
    unknown: '00000000-0000-4000-8000-000000000000',
    most: 4_000,
    readBefore: 'deep',
  },
} as const satisfies Readonly<Record<string, Measured>>;

export type Source = keyof typeof MEASURED;

/** The tasks of its job's lines; none where its lines name no task. */
export function tasksOf(source: Source): readonly string[] {
  const parts: Measured['parts'] = MEASURED[source].parts;
  return parts.flatMap(({ task }) => (task === undefined ? [] : [task]));
}

/** A value for each source. */
export function eachSource<T>(valueOf: (source: Source) => T): Record<Source, T> {
  // Every source gets one.
  return Object.fromEntries(SOURCES.map((source) => [source, valueOf(source)])) as Record<Source, T>;
}

export const SOURCES = Object.keys(MEASURED) as readonly Source[];
