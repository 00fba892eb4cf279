import type { EntryRef, LogArguments } from '../api.ts';
import { badInput } from '../arguments.ts';
import type { CursorCodec } from '../cursor/codec.ts';
import { logConnectionKey } from './connection.ts';
import type { ResolvedScope } from './slots.ts';

/** The cursor of a line of a connection. Its id says where it is; only a hint how to get there fast is missing. */
export function cursorOfLine(
  { source, key, partition, time, tie }: EntryRef,
  scopes: readonly ResolvedScope[],
  args: LogArguments,
  cursors: CursorCodec,
): string {
  const scope = scopes.findIndex((one) => one.source.name === source && one.scope.job === key);
  if (scope === -1) throw badInput('The id is that of a line of another job.');
  const position = { time, tie, scope, partition };
  return cursors.forConnection(logConnectionKey(scopes, args)).encode({ position, marks: [] });
}
