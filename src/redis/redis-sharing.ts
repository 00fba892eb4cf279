import { randomUUID } from 'node:crypto';
import { NO_DEBUG_LOG } from '../domain/debug-log.ts';
import type { DebugLog } from '../domain/debug-log.ts';
import type { SharingStatistics } from '../federation/api.ts';
import type { TailSharing } from '../federation/tail/feed/feeds.ts';
import type { Allowances } from '../http/policy/allowance.ts';
import { createAllowances } from './allowances.ts';
import { feedKeys, hiddenName } from './keys.ts';
import { RedisLink } from './link.ts';
import { renewalMilliseconds } from './settings.ts';
import type { RedisSettings } from './settings.ts';
import { SharedDriver } from './shared-driver.ts';
import type { Sharing } from './shared-driver.ts';
import { RedisStreamReader } from './stream-reader.ts';

/** What replicas share: their pollers and the limits of sources. */
export interface RedisSharing extends TailSharing {
  readonly allowances: Allowances;
}

/**
 * Lets replicas share their pollers and the limits of sources through Redis. Connects in the background. While Redis
 * does not answer, each replica works alone. `onChange` is called whenever that changes.
 */
export function createRedisSharing(
  settings: RedisSettings,
  onChange?: (state: SharingStatistics['state']) => void,
  debug: DebugLog = NO_DEBUG_LOG,
): RedisSharing {
  const replica = randomUUID();
  const drivers = new Set<SharedDriver>();
  let made = 0;

  const link = new RedisLink(settings, (isUp) => {
    onChange?.(isUp ? 'CONNECTED' : 'DOWN');
    if (isUp) void reader.run();
    for (const driver of [...drivers]) driver.linkChanged(isUp);
  });
  const allowances = createAllowances(link, settings);
  const reader = new RedisStreamReader(link, settings.prefix, renewalMilliseconds(settings));
  const sharing: Sharing = {
    link,
    reader,
    add: (driver) => void drivers.add(driver),
    remove: (driver) => void drivers.delete(driver),
  };
  const renewing = setInterval(() => {
    void link.probe();
    for (const driver of [...drivers]) void driver.elect();
  }, renewalMilliseconds(settings));

  return {
    allowances: allowances.of,
    driver: ({ source, job, authorization }, poll) => {
      made += 1;
      const name = hiddenName(settings.secret, [source.name, job, authorization]);
      const keys = feedKeys(settings.prefix, name);
      const log = (decision: string): void => {
        debug(decision, { source: source.name, job });
      };
      return new SharedDriver({ sharing, keys, owner: `${replica}/${made}`, poller: poll(), log });
    },
    statistics: () => ({
      state: link.isUp ? 'CONNECTED' : 'DOWN',
      leading: [...drivers].filter(({ leads }) => leads).length,
      following: [...drivers].filter(({ follows }) => follows).length,
      limitAsks: allowances.figures(),
    }),
    close: () => {
      clearInterval(renewing);
      link.close();
    },
  };
}
