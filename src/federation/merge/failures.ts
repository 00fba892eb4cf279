import { TributaryError } from '../../domain/errors.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { summed } from '../../pagination/core/unreadable.ts';
import type { FailureArguments, SourceFailure } from '../api.ts';
import { Contradiction, isOfSource, sourceFailure, UnreadableRows } from '../failures.ts';
import type { Slot } from './slot.ts';
import type { SlotFailure } from './merge.ts';

type Failures<T extends Ordered> = readonly SlotFailure<T>[];

/** The source or job whose rows are missing. */
export interface Owner {
  readonly source: string;
  /** Global id of the job; null if jobs themselves are missing. */
  readonly jobId: string | null;
}

/** The error of a page without any readable partition; undefined if a partition could be read. */
function wholeFailure<T extends Ordered>(failures: Failures<T>, slots: readonly Slot<T>[]): unknown {
  const whole = failures.filter((failure) => !failure.partial);
  return whole.length > 0 && whole.length === slots.length ? whole[0]?.error : undefined;
}

/**
 * What ends a connection of jobs or logs: the failure as a whole of its only source or scope, unless `listFailures` is
 * set. With several of them, each failure is listed in `failures`.
 */
export function endsIfAlone<T extends Ordered>(
  isAlone: boolean,
  { listFailures }: FailureArguments,
): (failures: Failures<T>, slots: readonly Slot<T>[]) => unknown {
  return (failures, slots) => {
    const error = wholeFailure(failures, slots);
    return isAlone && !(listFailures === true && isOfSource(error)) ? error : undefined;
  };
}

/** What a page lacks, as clients see it. Partitions of one owner mostly fail for one reason, which is listed once. */
export function shownFailures<T extends Ordered>(
  failures: Failures<T>,
  ownerOf: (slot: Slot<T>) => Owner,
): SourceFailure[] {
  const shown = perScope(failures).map(({ slot, error, partial }) => {
    const { source, jobId } = ownerOf(slot);
    const failure = sourceFailure(source, jobId, partial ? partialFailure(source, error) : error);
    return partial ? { ...failure, isPartial: true as const } : failure;
  });
  return [...new Map(shown.map((failure) => [JSON.stringify(failure), failure])).values()];
}

function partialFailure(source: string, error: unknown): TributaryError {
  const reason = error instanceof Error ? error.message : 'some rows are out of reach';
  const code =
    error instanceof UnreadableRows || error instanceof Contradiction ? 'SOURCE_BAD_RESPONSE' : 'SOURCE_TRUNCATED';
  return new TributaryError(code, `${source}: ${reason}`, { source });
}

/** One failure per scope for all of its unreadable rows, from all of its partitions. */
function perScope<T extends Ordered>(failures: Failures<T>): Failures<T> {
  const unreadable = new Map<number, SlotFailure<T>>();
  for (const failure of failures) {
    const { slot, error } = failure;
    if (!(error instanceof UnreadableRows)) continue;
    const before = unreadable.get(slot.scope)?.error;
    const sum = before instanceof UnreadableRows ? summed(before.unreadable, error.unreadable) : error.unreadable;
    unreadable.set(slot.scope, { slot, error: new UnreadableRows(sum), partial: true });
  }
  return [...failures.filter(({ error }) => !(error instanceof UnreadableRows)), ...unreadable.values()];
}
