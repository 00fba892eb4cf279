import { setTimeout as pause } from 'node:timers/promises';
import { createCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionArguments, LogConnection, LogNode, SourceFailure, TailArguments } from '../api.ts';
import type { ConnectionCursors, MergedPosition, PartitionMark } from '../cursor.ts';
import { mayRecover, sourceFailure } from '../failures.ts';
import { logConnection } from '../log-connection.ts';
import type { LogConnectionOptions } from '../log-connection.ts';
import type { Delivery } from './delivery.ts';
import type { Dropped } from './dropped.ts';
import type { TailSettings } from './settings.ts';
import { lineDigest } from './tail-cursor.ts';

export interface HistoryReaderOptions extends Omit<LogConnectionOptions, 'args' | 'cursors'> {
  readonly args: TailArguments;
  readonly tail: TailSettings;
  readonly cursors: LogConnectionOptions['cursors'];
}

/** A page of the past. */
export interface HistoryPage {
  readonly lines: readonly Delivery[];
  /** Where to read on; null: where the page began. */
  readonly position: MergedPosition | null;
  readonly more: boolean;
  readonly dropped: Dropped | null;
  /** Some of its sources did not answer: their lines are still to come. */
  readonly failed: boolean;
}

/** Reads what came before the windows of the feeds, from the vendors, page by page. */
export class HistoryReader {
  readonly #options: HistoryReaderOptions;
  readonly #cursors: ConnectionCursors;
  readonly #call: Call;
  /** The subscriber has gone, or the server is going. */
  readonly #leave: AbortSignal;
  /** How to get to the place of the next page in each partition. */
  #marks: readonly PartitionMark[] = [];

  constructor(options: HistoryReaderOptions, cursors: ConnectionCursors, call: Call, leave: AbortSignal) {
    this.#options = options;
    this.#cursors = cursors;
    this.#call = call;
    this.#leave = leave;
  }

  /** The next page is not the one behind the last: what is known about the way there does not hold. */
  rewind(): void {
    this.#marks = [];
  }

  /** The page behind a place. Where a source fails, some time has passed when this returns. */
  async read(position: MergedPosition): Promise<HistoryPage> {
    const after = this.#cursors.encode({ position, marks: this.#marks });
    const connection = this.#connection({ first: this.#options.tail.batchSize, after });
    const failed = await this.#hasFailed(connection);
    // A source alone that fails has no page at all; of several, the others' lines are there.
    if (failed && this.#options.scopes.length === 1) {
      return { lines: [], position: null, more: true, dropped: null, failed };
    }
    const lines = await this.#linesOf(connection);
    const { endCursor, hasNextPage: more } = await connection.pageInfo();
    const end = endCursor === null ? null : this.#cursors.decode(endCursor);
    if (end !== null) this.#marks = end.marks;
    const dropped = await outOfReach(connection, position, more ? (end?.position ?? null) : null);
    return { lines, position: end?.position ?? null, more, dropped, failed };
  }

  /** The last lines there are, read until every source has answered; none when it is time to leave. */
  async readLast(count: number): Promise<{ lines: readonly Delivery[]; dropped: Dropped | null }> {
    while (!this.#leave.aborted) {
      const connection = this.#connection({ last: count });
      if (await this.#hasFailed(connection)) continue;
      const lines = await this.#linesOf(connection);
      const first = lines.length < count ? null : (lines[0]?.position ?? null);
      return { lines, dropped: await outOfReach(connection, first, null) };
    }
    return { lines: [], dropped: null };
  }

  /** A connection and a call of its own for each page: what one page remembers must not hide what the next would see. */
  #connection(args: ConnectionArguments): LogConnection {
    const { authorization } = this.#call;
    const call = createCall({ signal: this.#leave, authorization, priority: 'poll' });
    return logConnection({ ...this.#options, args: { ...args, filter: this.#options.args.filter } }, call);
  }

  async #linesOf(connection: LogConnection): Promise<Delivery[]> {
    const edges = await connection.edges();
    return edges.map((edge) => deliveryOf(edge.node, this.#cursors.decode(edge.cursor).position));
  }

  /** Did a source fail that may answer later? Then it is given some time before this returns. */
  async #hasFailed(connection: LogConnection): Promise<boolean> {
    const failed = await connection.failures().then(
      (failures) => failures.find(({ code }) => code !== 'SOURCE_TRUNCATED'),
      (error: unknown) => passing(error),
    );
    if (failed === undefined) return false;
    const seconds = failed.retryAfterSeconds ?? this.#options.tail.intervalMilliseconds / 1000;
    await pause(seconds * 1000, undefined, { signal: this.#leave }).catch(() => undefined);
    return true;
  }
}

/** The failure of a source that may answer later; any other error ends the stream. */
function passing(error: unknown): SourceFailure {
  if (error instanceof TributaryError && mayRecover(error)) return sourceFailure(error.source ?? '', null, error);
  throw error;
}

/** What the page of a connection, which has answered, says is out of reach: it lies between its ends. */
async function outOfReach(
  connection: LogConnection,
  after: MergedPosition | null,
  before: MergedPosition | null,
): Promise<Dropped | null> {
  const reasons = (await connection.failures())
    .filter(({ code }) => code === 'SOURCE_TRUNCATED')
    .map(({ message }) => message);
  return reasons.length === 0 ? null : { count: null, reason: reasons.join('; '), after, before };
}

function deliveryOf(node: LogNode, position: MergedPosition): Delivery {
  return { node, position, digest: lineDigest(node.source, node.jobKey, position.partition, position) };
}
