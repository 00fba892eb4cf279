import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { atMost } from '../domain/at-most.ts';
import { ERROR_CODES } from '../domain/errors.ts';
import type { Allowance, Permission } from '../http/policy/allowance.ts';
import { hiddenName } from '../sharing/keys.ts';
import type { Peer } from './peer.ts';

/** How long a call to a source waits for the primary process; after that, this worker decides alone. */
const PATIENCE_MILLISECONDS = 1_000;

/** Most names about which something is known. */
const MOST_KNOWN = 20_000;

const permission = z.object({
  count: z.number().min(0),
  waitMilliseconds: z.number().min(0),
  pause: z.object({ milliseconds: z.number(), code: z.enum(ERROR_CODES) }).nullable(),
  refusedMilliseconds: z.number().nullable(),
});
const news = z.tuple([z.string(), z.number()]);

/**
 * The limits of sources, shared by the workers. Where a source has no rate and nothing is known of it, calls start
 * without asking: what one worker learns, the others are told.
 */
export function createWorkerAllowances(peer: Peer, secret: string) {
  const figures = { shared: 0, alone: 0 };
  const knownUntil = new LRUCache<string, number>(atMost(MOST_KNOWN));

  function isKnown(name: string): boolean {
    const until = knownUntil.get(name);
    return until !== undefined && until > performance.now();
  }

  async function ask(body: readonly unknown[]): Promise<Permission | null> {
    const answer = await peer.ask('ask', body, PATIENCE_MILLISECONDS).catch(() => null);
    const read = permission.safeParse(answer);
    figures[read.success ? 'shared' : 'alone'] += 1;
    return read.success ? read.data : null;
  }

  function of(names: readonly (string | null)[]): Allowance {
    const name = hiddenName(secret, names);
    return {
      mayStart: () => !isKnown(name),
      ask: (count, window) => ask([name, count, window]),
      pause: (pause) => {
        peer.tell('pause', [name, pause]);
      },
      refuse: (milliseconds) => {
        peer.tell('refuse', [name, milliseconds]);
      },
      accept: () => {
        peer.tell('accept', name);
      },
    };
  }

  return {
    of,
    /** The broker says for how long something is known about a name. */
    take(body: unknown) {
      const [name, milliseconds] = news.parse(body);
      if (milliseconds > 0) knownUntil.set(name, performance.now() + milliseconds);
      else knownUntil.delete(name);
    },
    figures: () => ({ ...figures }),
  };
}
