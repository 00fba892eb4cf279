import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitFor } from './wait-for.ts';

/** Whether there is a Redis to test with. If all tests are required to run, its absence is an error. */
export const HAS_REDIS = process.env['CI'] !== undefined || spawnSync('redis-server', ['--version']).status === 0;

/** For tests that are not about a Redis that is slow: a busy machine may be. */
export const PATIENT = { answerMilliseconds: 60_000, allowanceMilliseconds: 60_000 };

/** A real Redis server of our own, on a socket in a temporary folder, which keeps no data over a restart. */
export interface RedisServer {
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** It accepts connections and commands but answers nothing until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-redis-'));
  const socket = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder];
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const started = spawn('redis-server', options, { stdio: 'ignore' });
    child = started;
    await waitFor('Redis answers', () => ping(socket));
  }

  async function kill(): Promise<void> {
    if (child === null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    child = null;
    await exit;
  }

  function signal(name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    child?.kill(name);
    return Promise.resolve();
  }

  await start();
  return {
    url: `unix://${socket}`,
    start,
    kill,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async close() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function ping(socket: string): Promise<boolean> {
  const redis = new Redis(socket, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
