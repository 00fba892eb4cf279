import { NO_DOUBTS } from '../doubts.ts';
import type { Doubts } from '../doubts.ts';

/**
 * What has not been checked against a live ByteNite, or differs between its versions. The default of each switch is the
 * value that was observed or is most plausible.
 */
export interface ByteNiteDialect extends Readonly<Doubts> {
  /** True: `Authorization` must be the bare token. (All known clients but one send it that way.) */
  readonly rawTokenOnly: boolean;
  /** How a group without lines is written. */
  readonly emptyGroups: 'array' | 'missing' | 'null';
  /** Order of the lines within a group; the reference promises none. */
  readonly order: 'ascending' | 'descending' | 'shuffled';
  /** True: the level UNKNOWN, the protobuf zero value, is left out of a line. */
  readonly omitUnknownLevel: boolean;
  /** True: a `taskIds` filter also empties the groups of the other two services. */
  readonly taskIdsHideOtherServices: boolean;
  /** Lines per group after which the answer ends without notice (the newest are kept, as in Loki); null: no cap. */
  readonly cap: number | null;
  /** Retention: earlier lines are gone, nanoseconds; null: all lines are kept. */
  readonly keptSince: bigint | null;
  /** Whether jobs have the observed states or invented ones. */
  readonly states: 'seen' | 'invented';
  /** Body of error answers. */
  readonly errors: 'rpc-status' | 'empty' | 'action';
  /** Whether unset fields of a job are written as null or left out. */
  readonly unset: 'null' | 'omit';
  /** Request fields that are refused with 400. */
  readonly refuse: readonly ('levels' | 'services' | 'taskIds' | 'orderBy')[];
  /**
   * POST /jobs/filter: the list of jobs with its parameters in the body, or a route that does not exist. No connector
   * calls it.
   */
  readonly jobsFilter: 'as-list' | 'missing';
  /** POST /jobs/runningTasks: the tasks of running jobs, or a route that does not exist. No connector calls it. */
  readonly runningTasks: 'listed' | 'missing';
  /**
   * GET /events: a stream of the current jobs, a stream that begins with an error, or a route that does not exist. No
   * connector calls it.
   */
  readonly events: 'results' | 'error' | 'missing';
  /** Name of those events; the real names are not known. */
  readonly eventName: string;
  /** Default and maximum number of jobs per page. */
  readonly defaultPage: number;
  readonly maxPage: number;
}

export const DEFAULT_DIALECT: ByteNiteDialect = {
  ...NO_DOUBTS,
  rawTokenOnly: true,
  emptyGroups: 'array',
  order: 'descending',
  omitUnknownLevel: false,
  taskIdsHideOtherServices: false,
  cap: null,
  keptSince: null,
  states: 'seen',
  errors: 'rpc-status',
  unset: 'null',
  refuse: [],
  jobsFilter: 'as-list',
  runningTasks: 'listed',
  events: 'results',
  eventName: 'EVENT_JOB_STATE',
  defaultPage: 25,
  maxPage: 100,
};
