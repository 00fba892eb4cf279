import type { ExportRequest } from './walk.ts';
import type { Federation } from '../federation/api.ts';
import { entryRefOf, tryDecodeNodeId } from '../federation/node-id.ts';

/** The cursor after which an export continues. `after` is a cursor, or the id of a line, which every exported line has. */
export function cursorAfter(after: string, request: Omit<ExportRequest, 'after'>, federation: Federation): string {
  const id = tryDecodeNodeId(after);
  const ref = id?.type === 'LogEntry' ? entryRefOf(id.keys) : null;
  return ref === null ? after : federation.cursorOf(ref, request.scopes, request);
}
