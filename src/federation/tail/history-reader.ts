import { setTimeout as pause } from 'node:timers/promises';
import { createCall } from '../../domain/call.ts';
import type { Call } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionArguments, LogConnection, LogNode, SourceFailure, TailArguments } from '../api.ts';
import type { ConnectionCursors, CursorState, MergedPosition } from '../cursor.ts';
import { mayRecover, sourceFailure } from '../failures.ts';
import { logConnection } from '../log-connection.ts';
import { LogEntryNode } from '../log-node.ts';
import type { LogConnectionOptions } from '../log-connection.ts';
import type { Delivery } from './delivery.ts';
import type { Dropped } from './dropped.ts';
import type { TailSettings } from './settings.ts';
import { lineDigest } from './line-digest.ts';
import { placeBefore } from './place.ts';

export interface HistoryReaderOptions extends Omit<LogConnectionOptions, 'args' | 'cursors'> {
  readonly args: TailArguments;
  readonly tail: TailSettings;
  readonly cursors: LogConnectionOptions['cursors'];
}

/** Why lines are left out that the pagination refuses to look for. */
export const REFUSED = 'what lies further back is out of the reach of the source';

/** A page of the past. */
export interface HistoryPage {
  readonly lines: readonly Delivery[];
  /** Where to read on; null: where the page began. */
  readonly place: CursorState | null;
  readonly more: boolean;
  readonly dropped: Dropped | null;
  /** Some of its sources did not answer: their lines are still to come. */
  readonly failed: boolean;
  /** The source does not let anybody read on from here, however often one asks. */
  readonly isRefused: boolean;
}

/** Reads what came before the windows of the feeds, from the vendors, page by page. */
export class HistoryReader {
  readonly #options: HistoryReaderOptions;
  readonly #cursors: ConnectionCursors;
  readonly #call: Call;
  /** The subscriber has gone, or the server is going. */
  readonly #leave: AbortSignal;

  constructor(options: HistoryReaderOptions, cursors: ConnectionCursors, call: Call, leave: AbortSignal) {
    this.#options = options;
    this.#cursors = cursors;
    this.#call = call;
    this.#leave = leave;
  }

  /** The page behind a place. Where a source fails, some time has passed when this returns. */
  async read(from: CursorState): Promise<HistoryPage> {
    const after = this.#cursors.encode(from);
    const connection = this.#connection({ first: this.#options.tail.batchSize, after });
    const outcome = await this.#outcomeOf(connection);
    const failed = outcome === 'failed';
    const isRefused = outcome === 'refused';
    // A source alone that fails has no page at all; of several, the others' lines are there.
    if (isRefused || (failed && this.#options.scopes.length === 1)) {
      return { lines: [], place: null, more: !isRefused, dropped: null, failed, isRefused };
    }
    const lines = await this.#linesOf(connection);
    const { endCursor, hasNextPage: more } = await connection.pageInfo();
    const place = endCursor === null ? null : this.#cursors.decode(endCursor);
    const dropped = await outOfReach(connection, leastOf(from), more ? (place?.position ?? null) : null);
    return { lines, place, more, dropped, failed, isRefused };
  }

  /** The last lines there are, read until every source has answered; none when it is time to leave. */
  async readLast(count: number): Promise<{ lines: readonly Delivery[]; dropped: Dropped | null }> {
    while (!this.#leave.aborted) {
      const connection = this.#connection({ last: count });
      const outcome = await this.#outcomeOf(connection);
      if (outcome === 'refused')
        return { lines: [], dropped: { count: null, reason: REFUSED, after: null, before: null } };
      if (outcome === 'failed') continue;
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
    return edges.map(({ node }) => this.#deliveryOf(node));
  }

  /** Its own place, also where its page has begun for others further on. */
  #deliveryOf(node: LogNode): Delivery {
    if (!(node instanceof LogEntryNode)) throw new TypeError('Entries of a log connection know their partition.');
    const { source, jobKey, partition, time, tie } = node;
    const scope = this.#options.scopes.findIndex((one) => one.source.name === source && one.scope.job === jobKey);
    return {
      node,
      position: { time, tie, scope, partition },
      digest: lineDigest(source, jobKey, partition, { time, tie }),
    };
  }

  /** Where a source has failed that may answer later, it is given some time before this returns. */
  async #outcomeOf(connection: LogConnection): Promise<'read' | 'failed' | 'refused'> {
    const failed = await connection.failures().then(
      (failures) => failures.find(({ code }) => code !== 'SOURCE_TRUNCATED'),
      (error: unknown) => passing(error),
    );
    if (failed === undefined) return 'read';
    if (failed.code === 'SOURCE_TRUNCATED') return 'refused';
    const seconds = failed.retryAfterSeconds ?? this.#options.tail.intervalMilliseconds / 1000;
    await pause(seconds * 1000, undefined, { signal: this.#leave }).catch(() => undefined);
    return 'failed';
  }
}

/** The failure of a source that may answer later, or will never tell; any other error ends the stream. */
function passing(error: unknown): SourceFailure {
  if (error instanceof TributaryError && (mayRecover(error) || error.code === 'SOURCE_TRUNCATED'))
    return sourceFailure(error.source ?? '', null, error);
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

/** The place behind which all lines of the page lie. */
function leastOf({ position, marks }: CursorState): MergedPosition {
  const least = marks.reduce((min, { at }) => (at !== undefined && at.time < min ? at.time : min), position.time);
  return least === position.time ? position : placeBefore(least);
}
