import { TributaryError } from '../domain/errors.ts';
import type { EntryRef } from './api.ts';

/**
 * Global ids: the type's name and the natural keys, as JSON in base64url. Opaque to clients, stable across restarts and
 * replicas, and sufficient to find the node again.
 */

export const NODE_TYPES = ['Source', 'Job', 'Attempt', 'Step', 'Task', 'LogEntry'] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export function isNodeType(name: string): name is NodeType {
  return NODE_TYPES.some((type) => type === name);
}

/** Number of keys in each type's id: source; source and job; source, job and the part's own key; a line's position. */
const KEY_COUNT: Readonly<Record<NodeType, number>> = { Source: 1, Job: 2, Attempt: 3, Step: 3, Task: 3, LogEntry: 5 };

export interface NodeId {
  readonly type: NodeType;
  readonly keys: readonly string[];
}

export function encodeNodeId(type: NodeType, ...keys: readonly string[]): string {
  return Buffer.from(JSON.stringify([type, ...keys])).toString('base64url');
}

/** Throws BAD_USER_INPUT if the text is not one of our ids. */
export function decodeNodeId(id: string): NodeId {
  const found = tryDecodeNodeId(id);
  if (found === null) throw new TributaryError('BAD_USER_INPUT', 'The id is not one that this service has given out.');
  return found;
}

export function tryDecodeNodeId(id: string): NodeId | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || !parsed.every((part) => typeof part === 'string')) return null;
  const [type, ...keys] = parsed;
  const known = NODE_TYPES.find((name) => name === type);
  if (known === undefined || keys.length !== KEY_COUNT[known]) return null;
  // Accept one spelling per node: other base64url strings decode to the same bytes.
  return encodeNodeId(known, ...keys) === id ? { type: known, keys } : null;
}

export function encodeEntryId(ref: EntryRef): string {
  return encodeNodeId('LogEntry', ref.source, ref.key, ref.partition, String(ref.time), ref.tie);
}

/** The parts of a line's id, from the keys that `decodeNodeId` returned; null if the time is not a number. */
export function entryRefOf(keys: readonly string[]): EntryRef | null {
  const [source = '', key = '', partition = '', time = '', tie = ''] = keys;
  if (!/^-?\d{1,21}$/.test(time)) return null;
  return { source, key, partition, time: BigInt(time), tie };
}
