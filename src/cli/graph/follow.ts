import { setTimeout as wait } from 'node:timers/promises';
import { TailDocument } from './generated/graphql.ts';
import type { TailSubscription } from './generated/graphql.ts';
import type { LineFilter } from '../../federation/api.ts';
import type { Graph } from './graph.ts';
import { ConnectionLost } from './service-error.ts';

export type TailEvent = TailSubscription['logEntries'];

export interface Following {
  /** Global ids. */
  readonly jobs: readonly string[];
  readonly filter: LineFilter;
  /** Number of lines to begin with if there is no cursor. */
  readonly tail: number;
  /** Resume after this cursor. */
  readonly after?: string | undefined;
}

export interface FollowSettings {
  readonly signal: AbortSignal;
  /** Called when the stream breaks, before it is resumed. */
  readonly onBreak: (message: string) => void;
  /** Milliseconds to wait before each reconnection. Their number is the most breaks in a row. */
  readonly pauses?: readonly number[];
}

const PAUSES = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 30_000, 30_000, 30_000];

/** Most ids of lines that are remembered to skip repeated lines. */
const MOST_REMEMBERED = 5_000;

/** Reasons for which a service ends a stream although more lines may follow after the cursor. */
const MORE_FOLLOWS: readonly string[] = ['MAX_DURATION', 'SERVER_SHUTDOWN', 'SOURCE_CHANGED'];

/**
 * The events of a tail. After the first event, it resumes from its cursor when the connection breaks or the service
 * ends the stream.
 */
export async function* follow(
  graph: Graph,
  { jobs, filter, tail, after: begin }: Following,
  { signal, onBreak, pauses = PAUSES }: FollowSettings,
): AsyncGenerator<TailEvent, void, undefined> {
  const seen = new Set<string>();
  let after = begin ?? null;
  let hasBegun = false;
  for (let breaks = 0; breaks <= pauses.length; breaks += 1) {
    const place: { readonly tail: number } | { readonly after: string } = after === null ? { tail } : { after };
    let whyBroken: string | null = null;
    try {
      for await (const { logEntries: event } of graph.subscribe(TailDocument, { jobs, filter, ...place })) {
        after = event.cursor;
        hasBegun = true;
        if (event.__typename === 'LogStreamEnd' && graph.goesOn && MORE_FOLLOWS.includes(event.reason)) {
          whyBroken = `The service ended the stream (${event.reason}).`;
          break;
        }
        breaks = 0;
        yield event.__typename === 'LogBatch' ? withoutRepeated(event, seen) : event;
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost) || !hasBegun || breaks === pauses.length) throw error;
      whyBroken = error.message;
    }
    if (whyBroken === null) return;
    onBreak(whyBroken);
    await wait(pauses[breaks] ?? 0, undefined, { signal });
  }
}

function withoutRepeated(
  batch: Extract<TailEvent, { readonly __typename: 'LogBatch' }>,
  seen: Set<string>,
): typeof batch {
  const edges = batch.mayRepeat ? batch.edges.filter(({ node }) => !seen.has(node.id)) : batch.edges;
  for (const { node } of edges) seen.add(node.id);
  for (const id of [...seen].slice(0, Math.max(0, seen.size - MOST_REMEMBERED))) seen.delete(id);
  return { ...batch, edges };
}
