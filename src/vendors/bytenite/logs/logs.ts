import type { Call } from '../../../domain/call.ts';
import type { LogEntry, LogScope } from '../../../domain/log-entry.ts';
import type { LogFilter } from '../../../domain/log-filter.ts';
import { wholeResponsePartition } from '../../../pagination/whole-response/whole-response.ts';
import type { LogReading } from '../../connector.ts';
import { APPLIED, selectionOf } from '../pushdown.ts';
import { LINE_IDENTITY } from './entry.ts';
import type { LogReader } from './reader.ts';
import { sayWhatIsMissing } from './truncation.ts';
import type { Lacks } from './truncation.ts';

/** The same log of a job for all scopes, so a line has the same id in each of them. */
export function logsOf(reader: LogReader, scope: LogScope, filter: LogFilter): LogReading {
  const selection = selectionOf(scope, filter);
  if (selection === null) return { partitions: [], applied: APPLIED };
  let lacks: Lacks = { truncated: false };
  const partition = wholeResponsePartition<LogEntry>({
    key: '',
    identity: LINE_IDENTITY,
    async load(begin, call) {
      const { truncated, odd } = await reader.lines(scope.job, selection, begin, call);
      lacks = { truncated, unreadable: odd.of(selection) };
    },
    keeping: (call) => reader.keeping(call),
  });
  const count = (call: Call): Promise<number | null> => reader.count(scope.job, selection, call);
  return { partitions: [sayWhatIsMissing({ ...partition, count }, () => lacks)], applied: APPLIED };
}
