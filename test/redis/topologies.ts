import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitFor } from './wait-for.ts';

const SLOTS = 16_384;
const QUIET = ['--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'];

/** Redis servers that belong together, on loopback ports. */
export interface Topology {
  readonly urls: readonly string[];
  close(): Promise<void>;
}

/** Two masters that share the slots of a Redis Cluster. */
export async function startCluster(): Promise<Topology> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-cluster-'));
  const nodes: { readonly child: ChildProcess; readonly port: number; readonly bus: number }[] = [];
  for (let index = 0; index < 2; index += 1) {
    const [port, bus] = [await freePort(), await freePort()];
    const cluster = [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String(bus),
      '--cluster-config-file',
      `${port}.conf`,
    ];
    const child = start(['--port', String(port), '--dir', folder, ...QUIET, ...cluster]);
    nodes.push({ child, port, bus });
    await answers(port);
  }
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new Error('There are two nodes.');
  await ask(first.port, async (redis) => {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', 0, SLOTS / 2 - 1);
    await redis.call('CLUSTER', 'MEET', '127.0.0.1', second.port, second.bus);
  });
  await ask(second.port, (redis) => redis.call('CLUSTER', 'ADDSLOTSRANGE', SLOTS / 2, SLOTS - 1));
  for (const { port } of nodes) {
    await waitFor('the cluster is whole', () =>
      ask(port, async (redis) => String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')),
    );
  }
  return {
    urls: nodes.map(({ port }) => `redis://127.0.0.1:${port}`),
    close: async () => {
      await Promise.all(nodes.map(({ child }) => stop(child)));
      await rm(folder, { recursive: true });
    },
  };
}

export interface WatchedTopology extends Topology {
  readonly master: string;
  killMaster(): Promise<void>;
}

/** A master, a replica of it, and a sentinel that promotes the replica if the master fails. */
export async function startSentinel(): Promise<WatchedTopology> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-sentinel-'));
  const [masterPort, replicaPort, sentinelPort] = [await freePort(), await freePort(), await freePort()];
  const master = start(['--port', String(masterPort), '--dir', folder, ...QUIET]);
  await answers(masterPort);
  const replica = start([
    ...['--port', String(replicaPort), '--dir', folder, ...QUIET],
    ...['--replicaof', '127.0.0.1', String(masterPort)],
  ]);
  await answers(replicaPort);
  await waitFor('the replica has caught up', () =>
    ask(replicaPort, async (redis) => (await redis.info('replication')).includes('master_link_status:up')),
  );
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${sentinelPort}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor lines 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds lines 500',
    'sentinel failover-timeout lines 3000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const sentinel = start([file, '--sentinel']);
  await answers(sentinelPort);
  await waitFor('the sentinel knows the replica', () =>
    ask(sentinelPort, async (redis) =>
      JSON.stringify(await redis.call('SENTINEL', 'replicas', 'lines')).includes(String(replicaPort)),
    ),
  );
  return {
    urls: [`redis://127.0.0.1:${sentinelPort}`],
    master: 'lines',
    killMaster: () => stop(master),
    close: async () => {
      await Promise.all([sentinel, master, replica].map(stop));
      await rm(folder, { recursive: true });
    },
  };
}

function start(options: readonly string[]): ChildProcess {
  return spawn('redis-server', options, { stdio: 'ignore' });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<void> {
  return waitFor(`Redis answers on port ${port}`, () =>
    ask(port, (redis) => redis.ping()).then(
      () => true,
      () => false,
    ),
  );
}

async function ask<T>(port: number, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
