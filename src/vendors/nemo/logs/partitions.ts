import type { Call } from '../../../domain/call.ts';
import { TributaryError, hasStatus } from '../../../domain/errors.ts';
import { FairShare } from '../../../domain/fair-share.ts';
import type { LogEntry } from '../../../domain/log-entry.ts';
import { contentHash, hashAhead } from '../../../pagination/core/identity.ts';
import { EmptyPromise } from '../../../pagination/core/empty-promise.ts';
import type { PageSizes } from '../../../pagination/core/page-size.ts';
import { pageTokenPartition } from '../../../pagination/page-token/page-token.ts';
import type { TokenPage } from '../../../pagination/page-token/page-token.ts';
import type { Partition, Unplaced } from '../../../pagination/core/partition.ts';
import { standInEntry } from '../../shared/entries.ts';
import { partOf } from '../../shared/parts.ts';
import { refusedPartition } from '../../shared/refused-partition.ts';
import { cutRows } from '../../shared/rows.ts';
import { withStandIns } from '../../shared/stand-ins.ts';
import type { LogQuery, NemoApi } from '../api.ts';
import { isLogQueryFailure, isTokenRefused, noSuchJob } from '../errors.ts';
import type { JobReader } from '../jobs/reader.ts';
import { LADDER } from '../facts.ts';
import { isStorable, jobKey } from '../keys.ts';
import type { JobPath } from '../keys.ts';
import { entryOf, identityOf } from './row.ts';
import { pageAddress } from './page-address.ts';
import type { LogRowWire } from '../wire.ts';

/** What the source can give if its log calls cannot name attempts. */
export const ONLY_CURRENT = "only the log of a job's current attempt; that of an earlier one is out of reach";

export interface LogPartitionOptions {
  readonly source: string;
  readonly api: NemoApi;
  readonly reader: JobReader;
  /** The page sizes of the logs. */
  readonly sizes: PageSizes;
  readonly maxWalk: number;
}

/** Which lines a partition contains. `attempt` is sent to the vendor; `attemptKey` is only set on lines. */
export interface LogSelection extends Pick<LogQuery, 'attempt' | 'step' | 'task'> {
  readonly place: JobPath;
  readonly attemptKey: string | null;
}

/**
 * The partition of a selection. All attempts of a job share one partition key, so a line keeps its id: its row does not
 * name its attempt, and it stays the same line when its attempt is no longer current. Lines cannot be confused, because
 * the vendor gives the tasks of each attempt new names, and a task's name is part of the identity.
 */
export function logPartition(selection: LogSelection, options: LogPartitionOptions): Partition<LogEntry> {
  const promise = new EmptyPromise();
  const partition = pageTokenPartition<LogEntry>({
    key: '',
    source: options.source,
    size: options.sizes.of(JSON.stringify([selection.place.workspace, selection.place.name])),
    identity: { by: 'content', of: identityOf },
    async fetch(token, limit, call) {
      const page = await fetchPage(selection, token, limit, options, call);
      if (token === null) promise.see({ count: page.rows.length, total: page.total });
      return page;
    },
    isTokenRefused,
    address: pageAddress,
    maxWalk: options.maxWalk,
    ladder: LADDER,
  });
  return promise.checked(partition);
}

async function fetchPage(
  { place, attempt, step, task, attemptKey }: LogSelection,
  pageCursor: string | null,
  limit: number,
  { source, api, reader }: LogPartitionOptions,
  call: Call,
): Promise<TokenPage<LogEntry>> {
  try {
    const page = await api.logs(place, { limit, pageCursor, attempt, step, task }, call);
    const entries = await entriesOf(page.data, attemptKey);
    const rows = withStandIns<Unplaced<LogEntry>>(
      { data: cutRows(entries, page.cutTo, (row) => contentHash(identityOf(row))), odd: page.odd },
      {
        source,
        order: 'ascending',
        isLast: page.next === null,
        idOf: () => '',
        standIn: (time, _id, unreadable) => standInEntry(time, unreadable),
      },
    );
    return { rows, next: page.next, total: page.total };
  } catch (error) {
    // The documentation is inconsistent about how this call names an attempt; some pages say by number.
    if (attempt !== undefined && pageCursor === null && hasStatus(error, 422)) reader.refuseAttempts();
    if (isStorable(place.name) || !isLogQueryFailure(error)) throw error;
    const message = `${source}: the source can't give the log of a job with such a name (letters, digits and ._:- only).`;
    throw new TributaryError('SOURCE_TRUNCATED', message, { source, cause: error });
  }
}

/** Lines of this many characters are long: they are processed with pauses. */
const LONG_CHARACTERS = 1_024;

/** Converts rows to lines, and reads the severity of each line from its text. */
async function entriesOf(
  rows: readonly LogRowWire[],
  attemptKey: string | null,
): Promise<readonly Unplaced<LogEntry>[]> {
  const share = new FairShare();
  const entries: Unplaced<LogEntry>[] = [];
  for (const row of rows) {
    const entry = entryOf(row, attemptKey);
    entries.push(entry);
    const { length } = entry.message;
    if (length < LONG_CHARACTERS) continue;
    hashAhead<LogEntry>(entry, identityOf(entry));
    if (share.isSpentOn(length)) await share.rest();
  }
  return entries;
}

/**
 * The partition of one attempt. The current one needs no parameter; others are available only in newer generations of
 * the API. Null: the job has no such attempt.
 */
export async function attemptPartition(
  attempt: string,
  selection: Omit<LogSelection, 'attempt' | 'attemptKey'>,
  options: LogPartitionOptions,
  call: Call,
): Promise<Partition<LogEntry> | null> {
  const { reader, source } = options;
  const job = await reader.job(selection.place, call);
  const { place } = selection;
  if (job === null) return refusedPartition(attempt, noSuchJob(source, jobKey(place.workspace, place.name)));
  if (job.attempt_id === attempt) return logPartition({ ...selection, attemptKey: attempt }, options);
  const known = await reader.attempts(selection.place, call);
  if (partOf(source, known, attempt) === null) return null;
  if (reader.namesAttempts()) return logPartition({ ...selection, attempt, attemptKey: attempt }, options);
  const message = `${source}: the source gives ${ONLY_CURRENT}.`;
  return refusedPartition(attempt, new TributaryError('SOURCE_TRUNCATED', message, { source }));
}
