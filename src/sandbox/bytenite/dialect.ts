import { NO_DOUBTS } from '../doubts.ts';
import type { Doubts } from '../doubts.ts';

/**
 * What has not been checked against a live ByteNite, and what differs between its versions. Every switch
 * starts at the value that was seen or is most plausible.
 */
export interface ByteNiteDialect extends Readonly<Doubts> {
  /** Does `Authorization` have to be the bare token? (All but one of the known clients send it so.) */
  readonly rawTokenOnly: boolean;
  /** How a group without lines is written. */
  readonly emptyGroups: 'array' | 'missing' | 'null';
  /** Order of the lines inside a group; the reference promises none. */
  readonly order: 'ascending' | 'descending' | 'shuffled';
  /** Is the level UNKNOWN, the protobuf zero value, left out of a line? */
  readonly omitUnknownLevel: boolean;
  /** Does a `taskIds` filter also empty the groups of the other two services? */
  readonly taskIdsHideOtherServices: boolean;
  /** Lines per group after which the answer ends silently (newest are kept, as Loki does); null: no cap. */
  readonly cap: number | null;
  /** Retention: lines before that time are gone, nanoseconds; null: all are kept. */
  readonly keptSince: bigint | null;
  /** Are states of jobs the ones that were seen, or others? */
  readonly states: 'seen' | 'invented';
  /** Body of error answers. */
  readonly errors: 'rpc-status' | 'empty' | 'action';
  /** Are unset fields of a job written as null, or left out? */
  readonly unset: 'null' | 'omit';
  /** Parts of a request that are refused with 400. */
  readonly refuse: readonly ('levels' | 'services' | 'taskIds' | 'orderBy')[];
  /** POST /jobs/filter: the list of jobs with its parameters in the body, or a route that there is not. No connector asks. */
  readonly jobsFilter: 'as-list' | 'missing';
  /** POST /jobs/runningTasks: tasks of jobs that run, or a route that there is not. No connector asks. */
  readonly runningTasks: 'listed' | 'missing';
  /** GET /events: a stream of jobs as they are, a stream that begins with an error, or a route that there is not. No connector asks. */
  readonly events: 'results' | 'error' | 'missing';
  /** Names of those events: nothing is known of them. */
  readonly eventName: string;
  /** Jobs per page when the request does not say, and at most. */
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
