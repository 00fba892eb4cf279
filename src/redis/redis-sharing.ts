import { NO_DEBUG_LOG } from '../domain/debug-log.ts';
import type { DebugLog } from '../domain/debug-log.ts';
import type { SharingStatistics } from '../federation/api.ts';
import { createDrivers } from '../sharing/sharing.ts';
import type { ReplicaSharing } from '../sharing/sharing.ts';
import { createAllowances } from './allowances.ts';
import { RedisLink } from './link.ts';
import { renewalMilliseconds } from './settings.ts';
import type { RedisSettings } from './settings.ts';
import { RedisStreamReader } from './stream-reader.ts';

/**
 * Lets replicas share their pollers and the limits of sources through Redis. Connects in the background. While Redis
 * does not answer, each replica works alone. `onChange` is called whenever that changes.
 */
export function createRedisSharing(
  settings: RedisSettings,
  onChange?: (state: SharingStatistics['state']) => void,
  debug: DebugLog = NO_DEBUG_LOG,
): ReplicaSharing {
  const link = new RedisLink(settings, (isUp) => {
    onChange?.(isUp ? 'CONNECTED' : 'DOWN');
    if (isUp) void reader.run();
    drivers.linkChanged(isUp);
  });
  const allowances = createAllowances(link, settings);
  const renewal = renewalMilliseconds(settings);
  const reader = new RedisStreamReader(link, settings.prefix, renewal);
  const { prefix, secret } = settings;
  const drivers = createDrivers({ link, reader, prefix, secret, renewalMilliseconds: renewal, debug });
  const probing = setInterval(() => void link.probe(), renewal);
  return {
    allowances: allowances.of,
    driver: drivers.driver,
    statistics: () => ({
      through: 'REDIS',
      state: link.isUp ? 'CONNECTED' : 'DOWN',
      ...drivers.counts(),
      limitAsks: allowances.figures(),
    }),
    close: () => {
      clearInterval(probing);
      drivers.close();
      link.close();
    },
  };
}
