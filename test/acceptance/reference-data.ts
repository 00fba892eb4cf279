/**
 * What the reference server holds: a few jobs and lines of each vendor, written down as their pages show
 * them. The test derives from the same rows what must come out, so rows are plain on purpose.
 */

export interface NemoRow {
  readonly timestamp: string;
  readonly job_step: string;
  readonly job_task: string;
  readonly message: string;
}

const nemoRow = (timestamp: string, job_step: string, job_task: string, message: string): NemoRow => ({
  timestamp,
  job_step,
  job_task,
  message,
});

/** The first row is that of the vendor's page. Six rows share an instant, two of them are equal. */
export const NEMO_ROWS: readonly NemoRow[] = [
  nemoRow(
    '2024-04-20T14:22:35Z',
    'extract',
    'fetch-customer-records',
    'Successfully fetched 1500 customer records from source database.',
  ),
  nemoRow('2024-04-20T14:22:35Z', 'extract', 'fetch-customer-records', 'retrying'),
  nemoRow('2024-04-20T14:22:35Z', 'extract', 'fetch-customer-records', 'retrying'),
  nemoRow('2024-04-20T14:22:35Z', 'load', 'write-rows', 'batch 1 of 3'),
  nemoRow('2024-04-20T14:22:35Z', 'load', 'write-rows', 'batch 2 of 3'),
  nemoRow('2024-04-20T14:22:35Z', 'load', 'write-rows', 'batch 3 of 3'),
  nemoRow('2024-04-20T14:22:35.000001Z', 'load', 'write-rows', 'ERROR: 2 rows refused'),
  nemoRow('2024-04-20T14:22:36Z', 'load', 'write-rows', 'done'),
];

export interface SapRun {
  readonly runId: string;
  readonly runText: string;
  readonly httpStatus: number;
  readonly executionTimestamp: string;
  readonly runStatus: string;
  readonly runState: string;
  readonly scheduleTimestamp: string;
  readonly completionTimestamp: string;
}

/** The three runs of the vendor's page, in its order. */
export const SAP_SAMPLE_RUNS: readonly SapRun[] = [
  {
    runId: '5646889BB133728EE10000000A61A0D8',
    runText: 'Something wrong happened',
    httpStatus: 500,
    executionTimestamp: '2015-11-14T04:15:22',
    runStatus: 'COMPLETED',
    runState: 'ERROR',
    scheduleTimestamp: '2015-11-14T04:13:22',
    completionTimestamp: '2015-11-14T04:15:22',
  },
  {
    runId: '56468B1AB133728EE10000000A61A0D8',
    runText: 'Request Error: Code:-ENOTFOUND, Message:-getaddrinfo ENOTFOUND www.app.acme.com',
    httpStatus: 404,
    executionTimestamp: '2015-11-14T04:17:22',
    runStatus: 'COMPLETED',
    runState: 'REQUEST_ERROR',
    scheduleTimestamp: '2015-11-14T04:15:22',
    completionTimestamp: '2015-11-14T04:17:22',
  },
  {
    runId: '56468DB7B133728EE10000000A61A0D8',
    runText: 'Sales order processed',
    httpStatus: 200,
    executionTimestamp: '2015-11-14T04:19:22',
    runStatus: 'COMPLETED',
    runState: 'SUCCESS',
    scheduleTimestamp: '2015-11-14T04:17:22',
    completionTimestamp: '2015-11-14T04:19:22',
  },
];

/** The page says that there are six. */
export const SAP_RUNS: readonly SapRun[] = [
  ...SAP_SAMPLE_RUNS,
  ...['21', '23', '25'].map((minute, index) => ({
    runId: `5646A00${index}B133728EE10000000A61A0D8`,
    runText: `Sales order ${index + 1} processed`,
    httpStatus: 200,
    executionTimestamp: `2015-11-14T04:${minute}:22`,
    runStatus: 'COMPLETED',
    runState: 'SUCCESS',
    scheduleTimestamp: `2015-11-14T04:${minute}:20`,
    completionTimestamp: `2015-11-14T04:${minute}:22`,
  })),
];

export const SAP_SCHEDULE = '5f58c2fb-a428-4f4b-9e1d-312e3be8952c';
export const SAP_SHORT_SCHEDULE = '0d6a8f3e-9c1b-4a55-8e62-7b1f0a9c4d21';

export interface ByteNiteLine {
  readonly log: string;
  readonly timestamp: string;
  readonly level?: string;
  readonly container?: string;
}

export const BYTENITE_JOB = '24c87023-ac0a-4516-ad2d-a6d841dc06d3';
export const BYTENITE_SILENT_JOB = '7be2f0ab-5a3c-4e7e-9d44-2f6f6b1f7c11';
export const BYTENITE_TASK = '9f0c2b7e-1111-4222-8333-444455556666';

/** Newest first, with as many fraction digits as there happen to be; one line without a level. */
export const BYTENITE_TASK_LINES: readonly ByteNiteLine[] = [
  { log: 'panic: frame 3', timestamp: '2025-06-24T16:19:03.5Z', level: 'PANIC', container: 'app' },
  { log: 'frame 3', timestamp: '2025-06-24T16:19:03.123456789Z', level: 'INFO', container: 'app' },
  { log: 'frame 2', timestamp: '2025-06-24T16:19:03.123456Z', level: 'INFO', container: 'app' },
  { log: 'frame 2', timestamp: '2025-06-24T16:19:03.123456Z', level: 'INFO', container: 'app' },
  { log: 'frame 1', timestamp: '2025-06-24T16:19:03Z', container: 'app' },
];
export const BYTENITE_PARTITIONER_LINES: readonly ByteNiteLine[] = [
  { log: 'split into 1 chunk', timestamp: '2025-06-24T16:19:01.544Z', level: 'INFO', container: 'partitioner' },
];

export interface TaskLog {
  readonly id: string;
  readonly severity: string;
  readonly message: string;
  readonly timestamp: string;
  readonly parameters: unknown;
}

export const SOFTWAREONE_TASK = 'TSK-0014-3792-0694-1776';
export const SOFTWAREONE_CHILD = 'TSK-0014-3792-0694-1777';

/** More than two native pages, seven lines to an instant. */
export const SOFTWAREONE_LOGS: readonly TaskLog[] = Array.from({ length: 250 }, (_, index) => ({
  id: `TLR-0000-0000-0000-${String(index).padStart(4, '0')}`,
  severity: index === 249 ? 'Failure' : 'Info',
  message: index === 0 ? "Starting buyer '{{BuyerId}}' transfer." : `step ${index}`,
  timestamp: `2025-09-11T13:40:${String(Math.floor(index / 7)).padStart(2, '0')}.515Z`,
  parameters: index === 0 ? { BuyerId: 'BUY-4230-6788' } : null,
}));

export interface PipelineLine {
  readonly log_id: string;
  readonly message: string;
  readonly logged_at: string;
  readonly level: string;
  readonly origin: string;
  readonly exceptions: unknown;
  readonly extra_fields: unknown;
}

/** More than two native pages; four lines to a microsecond, also across the borders of pages. */
export const DEEPSET_LINES: readonly PipelineLine[] = Array.from({ length: 230 }, (_, index) => ({
  log_id: `UHG0_${String(index).padStart(4, '0')}`,
  message: `query ${index} answered`,
  logged_at: `2025-05-23T10:33:${String(10 + Math.floor(index / 40)).padStart(2, '0')}.${String(157_000 + Math.floor(index / 4))}Z`,
  level: index % 10 === 0 ? 'error' : 'info',
  origin: index % 3 === 0 ? 'haystack' : 'querypipeline',
  exceptions:
    index === 0
      ? [{ type: 'ValueError', value: 'no documents', trace: [{ filename: 'a.py', line_number: 7, name: 'run' }] }]
      : null,
  extra_fields: index === 0 ? { 'dd.env': 'prod' } : null,
}));
