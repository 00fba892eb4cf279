import type { Call } from '../../domain/call.ts';
import type { LogEntry, LogScope } from '../../domain/log-entry.ts';
import type { LogFilter } from '../../domain/log-filter.ts';
import type { LogReading } from '../../vendors/connector.ts';
import type { SourceScope } from '../api.ts';
import { FailedScope } from '../merge/failed-scope.ts';
import { followedLog } from './followed-log.ts';
import { entryPredicate, residualOf } from '../log-filter/filter.ts';
import type { EntryPredicate } from '../log-filter/filter.ts';
import type { Slot } from '../merge/slot.ts';
import type { FederatedSource } from '../source.ts';

/** One scope and its source. */
export interface ResolvedScope {
  readonly source: FederatedSource;
  readonly scope: LogScope;
}

/** The partitions of several scopes, and the residual filter. */
export interface LogSlots {
  readonly slots: readonly Slot<LogEntry>[];
  /** Undefined: vendors apply the whole filter. */
  readonly accept: ((entry: LogEntry, slot: Slot<LogEntry>) => boolean) | undefined;
}

/**
 * Lists the partitions of each scope, by the scope's index in the connection. If a scope's source fails, a failing
 * partition takes its place, so that a later page finds its lines. `filterOf`: the filter of a scope. `follows`: read the log that a poller reads.
 */
export async function logSlots(
  scopes: ReadonlyMap<number, ResolvedScope>,
  filterOf: (scope: SourceScope) => LogFilter,
  follows: boolean,
  call: Call,
): Promise<LogSlots> {
  const residuals = new Map<number, EntryPredicate | null>();
  const read = await Promise.all(
    [...scopes].map(async ([index, { source, scope }]): Promise<readonly Slot<LogEntry>[]> => {
      try {
        const filter = filterOf({ source: source.name, scope });
        const reading = await readingOf(source, scope, filter, follows, call);
        residuals.set(index, entryPredicate(residualOf(filter, reading)));
        return reading.partitions.map((partition) => ({ scope: index, partition }));
      } catch (error) {
        return [{ scope: index, partition: new FailedScope<LogEntry>(error) }];
      }
    }),
  );
  const isFiltered = [...residuals.values()].some((predicate) => predicate !== null);
  return {
    slots: read.flat(),
    accept: isFiltered ? (entry, slot) => residuals.get(slot.scope)?.(entry) ?? true : undefined,
  };
}

function readingOf(
  { connector }: FederatedSource,
  scope: LogScope,
  filter: LogFilter,
  follows: boolean,
  call: Call,
): Promise<LogReading> {
  return follows ? followedLog(connector, scope.job, filter, call) : connector.logs(scope, filter, call);
}
