import { Redis } from 'ioredis';
import { NO_DEBUG_LOG } from '../../src/domain/debug-log.ts';
import type { DebugLog } from '../../src/domain/debug-log.ts';
import { createRedisSharing } from '../../src/redis/index.ts';
import type { FeedKeys } from '../../src/sharing/keys.ts';
import type { SharingLink } from '../../src/sharing/link.ts';
import type { ReplicaSharing } from '../../src/sharing/sharing.ts';
import { RedisLink } from '../../src/redis/link.ts';
import { Broker, LEASE_MILLISECONDS } from '../../src/workers/broker.ts';
import { serveWorker } from '../../src/workers/desk.ts';
import { BrokerLink } from '../../src/workers/link.ts';
import { Peer } from '../../src/workers/peer.ts';
import { createWorkerSharing } from '../../src/workers/sharing.ts';
import { PATIENT, startRedis } from '../redis/redis-server.ts';
import { waitFor } from '../redis/wait-for.ts';
import { channelPair } from './channel-pair.ts';

/** What replicas share through: the same tests run over each. */
export interface Backend {
  /** One more replica, or worker, that is connected. */
  replica(debug?: DebugLog): Promise<ReplicaSharing>;
  link(): Promise<SharingLink>;
  /** As if the lease had expired while its holder was stopped. */
  expireLease(keys: FeedKeys): Promise<void>;
  /** Has followers of the only stream miss a message, and get the next. */
  skipMessage(): Promise<void>;
  /** The number of the last message of the stream that has most. */
  mostMessages(): Promise<number>;
  /** Waits until the only pause or refusal of a source is shared. */
  isKept(what: 'pause' | 'refusal'): Promise<void>;
  isForgotten(what: 'refusal'): Promise<void>;
  /** As if the time of the only refusal were over. */
  endRefusal(): Promise<void>;
  forgetLimits(): Promise<void>;
  close(): Promise<void>;
}

export async function throughRedis(): Promise<Backend> {
  const redis = await startRedis();
  const direct = new Redis(redis.url);
  const closing: (() => void)[] = [];
  const settings = {
    servers: { kind: 'single', url: redis.url } as const,
    prefix: 't',
    leaseMilliseconds: 60_000,
    secret: 's',
    ...PATIENT,
  };
  const keysLike = (ending: string): Promise<string[]> => direct.keys(`{t}:allowance:*:${ending}`);
  return {
    async replica(debug = NO_DEBUG_LOG) {
      const sharing = createRedisSharing(settings, undefined, debug);
      closing.push(() => {
        sharing.close();
      });
      await waitFor('it is connected', () => sharing.statistics().state === 'CONNECTED');
      return sharing;
    },
    async link() {
      const link = new RedisLink(settings, () => undefined);
      closing.push(() => {
        link.close();
      });
      await waitFor('the link is up', () => link.isUp);
      return link;
    },
    async expireLease(keys) {
      await direct.del(keys.lease);
    },
    async skipMessage() {
      const [stream = ''] = (await direct.keys('{t}:*:stream')).filter((key) => !/wake|probe/.test(key));
      await direct.xadd(stream, '*', 'n', '9', 'o', 'x', 'k', 'lines', 'b', '[]');
    },
    async mostMessages() {
      const keys = await direct.keys('{t}:*:state');
      return Math.max(...(await Promise.all(keys.map(async (key) => Number(await direct.hget(key, 'number'))))));
    },
    isKept: (what) => waitFor(`Redis has a ${what}`, async () => (await keysLike(what)).length === 1),
    isForgotten: (what) => waitFor(`Redis has no ${what}`, async () => (await keysLike(what)).length === 0),
    async endRefusal() {
      await direct.set((await keysLike('refusal'))[0] ?? '', '0', 'KEEPTTL');
    },
    async forgetLimits() {
      await direct.flushall();
    },
    async close() {
      for (const close of closing) close();
      direct.disconnect();
      await redis.close();
    },
  };
}

/** The broker of a primary process, with its workers, all in this process. */
export function throughBroker(): Promise<Backend> {
  let late = 0;
  const broker = new Broker(() => Date.now() + late);
  const closing: (() => void)[] = [];
  const streams = new Set<string>();
  const losing: ((isLost: (message: unknown) => boolean) => void)[] = [];
  let workers = 0;

  /** Messages between processes that share this one arrive in the next turns. */
  const arrived = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  function join(): Peer {
    const pair = channelPair();
    const { primary, worker } = pair;
    workers += 1;
    const end = new Peer({
      send: primary.send,
      listen: (listener) => {
        primary.listen((message) => {
          const { what, body } = message as { what?: string; body?: unknown };
          if (what === 'hold') streams.add((body as [string])[0]);
          listener(message);
        });
      },
    });
    closing.push(serveWorker(broker, workers, end));
    losing.push(pair.lose);
    return new Peer(worker);
  }

  return Promise.resolve({
    replica(debug = NO_DEBUG_LOG) {
      const sharing = createWorkerSharing(join(), 's', debug);
      closing.push(() => {
        sharing.close();
      });
      return Promise.resolve(sharing);
    },
    link: () => Promise.resolve(new BrokerLink(join())),
    expireLease() {
      late += LEASE_MILLISECONDS + 1;
      return Promise.resolve();
    },
    skipMessage() {
      const [stream = ''] = streams;
      const isMessage = (message: unknown): boolean => (message as { what?: string }).what === 'message';
      for (const lose of losing) lose(isMessage);
      broker.publish(0, stream, null, 'x', 'wake', '');
      for (const lose of losing) lose(() => false);
      broker.publish(0, stream, null, 'x', 'wake', '');
      return Promise.resolve();
    },
    mostMessages: () => Promise.resolve(Math.max(...[...streams].map((stream) => broker.endOf(stream).number))),
    isKept: arrived,
    isForgotten: arrived,
    endRefusal() {
      late += 30_000;
      return Promise.resolve();
    },
    forgetLimits() {
      late += 3_600_000;
      return Promise.resolve();
    },
    close() {
      for (const close of closing) close();
      return Promise.resolve();
    },
  });
}
