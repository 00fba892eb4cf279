import type { LogEntry } from '../../../../domain/log-entry.ts';
import type { LogNode } from '../../../api.ts';
import { compareMerged } from '../../../cursor/position.ts';
import type { MergedPosition } from '../../../cursor/position.ts';
import { LogEntryNode } from '../../../logs/node.ts';
import type { ResolvedScope } from '../../../logs/slots.ts';
import { lineDigest } from '../place/tail-state.ts';

/** A line on its way to a subscriber. */
export interface Delivery {
  readonly node: LogNode;
  readonly position: MergedPosition;
  /** The line's name in cursors. */
  readonly digest: string;
}

/** A line as a node of the graph, with its name in cursors. */
export function shownLine(
  { source, scope: { job } }: ResolvedScope,
  partition: string,
  entry: LogEntry,
): Pick<Delivery, 'node' | 'digest'> {
  const digest = lineDigest(source.name, job, partition, entry.time, entry.tie);
  return { node: new LogEntryNode(source, job, partition, entry), digest };
}

/** The order in which lines are delivered. */
export function inOrder(a: Delivery, b: Delivery): number {
  return compareMerged(a.position, b.position);
}

/** Lines that a stream leaves out. They lie between two positions; null: from the beginning, or to an unknown end. */
export interface Dropped {
  /** The number of lines; null if it is not known. */
  readonly count: number | null;
  readonly reason: string;
  readonly after: MergedPosition | null;
  readonly before: MergedPosition | null;
}
