import { eventually, follow, isLive, multiset } from '../follower.ts';
import type { Follower, Line, Transport, Variables } from '../follower.ts';
import { texts } from '../vendors.ts';

export const TRANSPORTS: readonly Transport[] = ['WebSocket', 'SSE'];

/** One follower over each transport, at the same time. */
export function followBoth(url: string, variables: Variables, authorization?: string): Follower[] {
  return TRANSPORTS.map((transport) => follow(transport, url, variables, authorization));
}

export async function untilAll(
  followers: readonly Follower[],
  holds: (follower: Follower) => boolean,
  what: string,
): Promise<void> {
  await Promise.all(followers.map((follower) => follower.until(holds, what)));
}

/** Resolves when all have that many lines. */
export function untilAllHave(followers: readonly Follower[], count: number): Promise<void> {
  return untilAll(followers, ({ lines }) => lines.length >= count, `there are ${count} lines`);
}

export function untilAllLive(followers: readonly Follower[]): Promise<void> {
  return untilAll(followers, isLive, 'it is live');
}

export async function leaveAll(followers: readonly Follower[]): Promise<void> {
  await Promise.all(followers.map((follower) => follower.leave()));
}

/** Resolves when the service has polled that often from now on: what a poll brings has been brought. */
export async function polled(
  { federation }: { readonly federation: { tailStatistics(): { readonly polls: number } } },
  times: number,
): Promise<void> {
  const until = federation.tailStatistics().polls + times;
  await eventually(() => federation.tailStatistics().polls >= until, `${times} more polls`);
}

/** The number of times that each text occurs, in any order. */
export function counts(lines: readonly { readonly message: string }[]): Record<string, number> {
  return multiset(texts(lines));
}

/** Lines that come before an earlier line of the log, without being marked as late. */
export function outOfOrder(lines: readonly Line[]): Line[] {
  let furthest = '';
  return lines.filter(({ late, timestamp }) => {
    // Fractions of any length compare as text once they are of one length.
    const at = timestamp.replace(/(?:\.(\d+))?Z$/, (_, digits: string = '') => `.${digits.padEnd(9, '0')}`);
    const isOlder = at < furthest;
    if (!isOlder) furthest = at;
    return isOlder && !late;
  });
}
