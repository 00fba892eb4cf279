import type { Call } from '../../domain/call.ts';

/**
 * Asks once per key and client operation. A poller's call lives for hours and wants today's answer, so
 * nothing is kept for it (identical calls in flight are still shared by the HTTP client).
 */
export function oncePerCall<T>(
  owner: object,
  name: string,
  key: string,
  call: Call,
  load: () => Promise<T>,
): Promise<T> {
  if (call.priority === 'poll') return load();
  const memo = call.scoped(owner, name, () => new Map<string, Promise<T>>());
  const known = memo.get(key);
  if (known !== undefined) return known;
  const loading = load();
  memo.set(key, loading);
  return loading;
}
