/** What a module that defines a custom vendor imports from `tributary/vendor`. See docs/own-sources.md. */
export { z } from 'zod';
export { defineVendor } from '../vendors/define-vendor.ts';
export type { OwnVendor } from '../vendors/define-vendor.ts';
export type * from '../vendors/connector.ts';

export type { Call } from '../domain/call.ts';
export { TributaryError } from '../domain/errors.ts';
export type { ErrorCode } from '../domain/errors.ts';
export type { Attempt, Job, PartKind, Parts, Step, Task } from '../domain/job.ts';
export type { LogEntry, LogScope } from '../domain/log-entry.ts';
export type { LogFilter, LogFilterField } from '../domain/log-filter.ts';
export type { Direction, Ordered, Position } from '../domain/ordered.ts';
export { NO_SEVERITY, severityNumberOfWord } from '../domain/severity.ts';
export type { Severity } from '../domain/severity.ts';
export { inferSeverity } from '../domain/infer-severity.ts';
export { statusFrom } from '../domain/status.ts';
export type { JobStatus } from '../domain/status.ts';
export { formatInstant, parseInstant } from '../domain/time.ts';

export type { HttpReply, HttpRequest, SourceHttp, StreamReader } from '../http/client.ts';
export { Mismatch } from '../http/body/mismatch.ts';

export type { Batch, Identity, Partition, ReadRequest, Unplaced } from '../pagination/core/partition.ts';
export { PageSize } from '../pagination/core/page-size.ts';
export { offsetPartition } from '../pagination/offset/offset.ts';
export { pageTokenPartition } from '../pagination/page-token/page-token.ts';
export { AfterClock } from '../pagination/time-keyset/after-clock.ts';
export { PageCap } from '../pagination/time-keyset/page-cap.ts';
export { timeKeysetPartition } from '../pagination/time-keyset/time-keyset.ts';
export { wholeListPartition } from '../pagination/whole-list.ts';
export { wholeResponsePartition } from '../pagination/whole-response/whole-response.ts';
export type { ListedRows } from '../pagination/whole-list.ts';

export { numberedRows } from '../vendors/shared/numbered-page.ts';
export { oddPartitions, rowsIn, unreadableOf } from '../vendors/shared/rows.ts';
export type { OddRow, Rows } from '../vendors/shared/rows.ts';
export { totalOf } from '../vendors/shared/totals.ts';
export { fieldsOf, idOf, instantOf, required, textIdOf } from '../vendors/shared/wire.ts';
