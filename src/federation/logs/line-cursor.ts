import type { EntryRef, LogArguments } from '../api.ts';
import { badInput } from '../arguments.ts';
import type { CursorCodec } from '../cursor/codec.ts';
import { logConnectionKey } from './connection.ts';
import type { ResolvedScope } from './slots.ts';

/** The cursor of a line in a connection. The id holds the position; the cursor only lacks a hint for finding it fast. */
export function cursorOfLine(
  { source, key, partition, time, tie }: EntryRef,
  scopes: readonly ResolvedScope[],
  args: LogArguments,
  cursors: CursorCodec,
): string {
  const scope = scopes.findIndex((one) => one.source.name === source && one.scope.job === key);
  if (scope === -1) throw badInput('The id names a line of another job.');
  const position = { time, tie, scope, partition };
  return cursors.forConnection(logConnectionKey(scopes, args)).encode({ position, marks: [] });
}
