import type { TailArguments } from '../../api.ts';
import { badInput } from '../../arguments.ts';
import type { CursorCodec } from '../../cursor/codec.ts';
import type { ResolvedScope } from '../../logs/slots.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { TailSettings } from '../settings.ts';
import type { SharedLastLines } from './history/last-lines.ts';

export interface SubscriptionOptions {
  /** Sorted and without repeats. */
  readonly scopes: readonly ResolvedScope[];
  readonly args: TailArguments;
  readonly tail: TailSettings;
  readonly feeds: Feeds;
  readonly lastLines: SharedLastLines;
  readonly cursors: CursorCodec;
  readonly maxPageSize: number;
  readonly maxScanPages: number;
  /** Aborted when the server shuts down. */
  readonly stopping: AbortSignal;
  /** Aborted when one of the sources is removed or reconfigured. */
  readonly changed: AbortSignal;
}

/** Throws BAD_USER_INPUT for arguments that are not allowed. */
export function checkTailArguments({ after, tail }: TailArguments, maxPageSize: number): void {
  if (typeof after === 'string' && typeof tail === 'number') {
    throw badInput('Give after (resume from a cursor) or tail (begin with the last lines), not both.');
  }
  if (typeof tail === 'number' && (!Number.isInteger(tail) || tail < 0 || tail > maxPageSize)) {
    throw badInput(`tail: ${tail} is not allowed; it must be a whole number from 0 to ${maxPageSize}.`);
  }
}
