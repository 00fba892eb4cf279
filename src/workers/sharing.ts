import type { DebugLog } from '../domain/debug-log.ts';
import { createDrivers } from '../sharing/sharing.ts';
import type { ReplicaSharing } from '../sharing/sharing.ts';
import { createWorkerAllowances } from './allowances.ts';
import { LEASE_MILLISECONDS } from './broker.ts';
import { BrokerLink } from './link.ts';
import type { Peer } from './peer.ts';

/**
 * Lets the workers of one service share their pollers and the limits of sources through the broker in the primary
 * process. `secret`: the same in all of them.
 */
export function createWorkerSharing(peer: Peer, secret: string, debug: DebugLog): ReplicaSharing {
  const link = new BrokerLink(peer);
  const allowances = createWorkerAllowances(peer, secret);
  peer.handle({
    message: (body) => {
      link.take(body);
    },
    known: (body) => {
      allowances.take(body);
    },
  });
  peer.tell('join', null);
  const renewalMilliseconds = LEASE_MILLISECONDS / 3;
  const drivers = createDrivers({ link, reader: link, prefix: 'workers', secret, renewalMilliseconds, debug });
  return {
    allowances: allowances.of,
    driver: drivers.driver,
    statistics: () => ({
      through: 'WORKERS',
      state: 'CONNECTED',
      ...drivers.counts(),
      limitAsks: allowances.figures(),
    }),
    close: () => {
      drivers.close();
    },
  };
}
