import { randomUUID } from 'node:crypto';
import type { DebugLog } from '../domain/debug-log.ts';
import type { TailSharing } from '../federation/tail/feed/feeds.ts';
import type { Allowances } from '../http/policy/allowance.ts';
import { feedKeys, hiddenName } from './keys.ts';
import type { SharingLink, StreamFollower } from './link.ts';
import { SharedDriver } from './shared-driver.ts';
import type { Sharing } from './shared-driver.ts';

/** What replicas share: their pollers and the limits of sources. */
export interface ReplicaSharing extends TailSharing {
  readonly allowances: Allowances;
}

interface DriversOptions {
  readonly link: SharingLink;
  readonly reader: StreamFollower;
  /** Prefix of all keys. */
  readonly prefix: string;
  /** Hides what the keys are made from; the same on all replicas. */
  readonly secret: string;
  /** How often leases are renewed and free leases taken. */
  readonly renewalMilliseconds: number;
  readonly debug: DebugLog;
}

/** Makes the drivers of one replica, which share their polls with other replicas, and keeps their leases. */
export function createDrivers(options: DriversOptions) {
  const { link, reader, prefix, secret, renewalMilliseconds, debug } = options;
  const replica = randomUUID();
  const drivers = new Set<SharedDriver>();
  let made = 0;
  const sharing: Sharing = {
    link,
    reader,
    add: (driver) => void drivers.add(driver),
    remove: (driver) => void drivers.delete(driver),
  };
  const renewing = setInterval(() => {
    for (const driver of [...drivers]) void driver.elect();
  }, renewalMilliseconds);
  return {
    driver: (...[{ source, job, authorization }, poll]: Parameters<TailSharing['driver']>) => {
      made += 1;
      const keys = feedKeys(prefix, hiddenName(secret, [source.name, job, authorization]));
      const log = (decision: string): void => {
        debug(decision, { source: source.name, job });
      };
      return new SharedDriver({ sharing, keys, owner: `${replica}/${made}`, poller: poll(), log });
    },
    counts: () => ({
      leading: [...drivers].filter(({ leads }) => leads).length,
      following: [...drivers].filter(({ follows }) => follows).length,
    }),
    linkChanged: (isUp: boolean) => {
      for (const driver of [...drivers]) driver.linkChanged(isUp);
    },
    close: () => {
      clearInterval(renewing);
    },
  };
}
