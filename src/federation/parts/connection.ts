import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Connection, PartArguments } from '../api.ts';
import type { JobRef, PartKind, Parts, Task } from '../../domain/job.ts';
import type { CursorCodec } from '../cursor/codec.ts';
import type { Slot } from '../merge/slot.ts';
import { MergedConnection } from '../merge/connection.ts';
import { encodeNodeId } from '../node-id.ts';
import { rowsOf } from '../../pagination/core/hinted-rows.ts';
import type { Connector, PartScope } from '../../vendors/connector.ts';

export interface PartConnectionOptions<K extends PartKind> {
  readonly kind: K;
  readonly job: JobRef;
  readonly args: PartArguments;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  /** The connector of the job's source. Throws if there is no such source. */
  connector(): Connector;
}

/**
 * The parts of one kind of a job, oldest first. A failing source fails the connection; an unreadable row and parts that are out
 * of reach do not: they are among its failures.
 */
export function partConnection<K extends PartKind>(
  options: PartConnectionOptions<K>,
  call: Call,
): Connection<Parts[K]> {
  const { kind, job } = options;
  const { attempt, step } = options.args;
  const accept =
    attempt === undefined && step === undefined
      ? undefined
      : (part: Parts[K]): boolean => belongsTo(part, { attempt, step });
  return new MergedConnection<Parts[K], Parts[K]>(
    {
      // Sealed into cursors: changing it invalidates those that clients hold.
      key: () => JSON.stringify([`${kind.toLowerCase()}s`, job.source, job.key, attempt ?? null, step ?? null]),
      args: options.args,
      descending: false,
      since: null,
      before: null,
      maxPageSize: options.maxPageSize,
      maxScanPages: Infinity,
      cursors: options.cursors,
      // Parts are few, and read in the tick in which the logs of their jobs are.
      lists: 0,
      slots: async () => {
        const partitions = (await options.connector().parts[kind]?.list(job.key, call, { attempt, step })) ?? [];
        return partitions.map((partition) => ({ scope: 0, partition }));
      },
      accept: () => accept,
      countAccepted: (slots) => countShort(slots, accept, call),
      nodeOf: (row) => row,
      mayRecover: () => false,
      endedBy: (failures) => failures.find(({ partial }) => !partial)?.error,
      ownerOf: () => ({ source: job.source, jobId: encodeNodeId('Job', job.source, job.key) }),
    },
    call,
  );
}

/** True if a part belongs to the attempt and the step. A part that names neither belongs to every one. */
function belongsTo(part: Partial<Pick<Task, 'attemptKey' | 'stepKey'>>, { attempt, step }: PartScope): boolean {
  const isWithin = (key: string | null | undefined, wanted: string | undefined): boolean =>
    wanted === undefined || key === undefined || key === wanted;
  return isWithin(part.attemptKey, attempt) && isWithin(part.stepKey, step);
}

/** The number of accepted parts if each partition fits in one batch; null if counting would require further reads. */
async function countShort<T extends Ordered>(
  slots: readonly Slot<T>[],
  accept: ((part: T) => boolean) | undefined,
  call: Call,
): Promise<number | null> {
  const counts = await Promise.all(
    slots.map(async ({ partition }) => {
      const batches = partition.read({ direction: 'forward', from: null, hint: null, until: null, need: 1 }, call);
      const first = await batches.next();
      await batches.return(undefined);
      if (first.done === true) return 0;
      const { more, truncated } = first.value;
      return more === false && truncated === undefined
        ? rowsOf(first.value).filter((row) => accept?.(row) ?? true).length
        : null;
    }),
  );
  return counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}
