import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAIN } from '../support/folders.ts';

/** The service in its own process. */
export interface Replica {
  readonly url: string;
  /** The value of a metric without labels in `/metrics`. */
  metric(name: string): Promise<number>;
  /** The body of `/health/ready`; throws unless it is ready. */
  health(): Promise<string>;
  log(): string;
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGHUP'): void;
  /** Replaces its configuration file. */
  configure(configuration: Readonly<Record<string, unknown>>): Promise<void>;
  /** The code with which it has ended. */
  readonly code: () => number | null;
  close(): Promise<void>;
}

export async function startReplica(configuration: Readonly<Record<string, unknown>>): Promise<Replica> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-replica-'));
  const file = join(folder, 'tributary.json');
  await writeFile(file, JSON.stringify(configuration));
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', file, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ready = once(child.stdout, 'data') as Promise<[Buffer]>;
  const [chunk] = await Promise.race([ready, exit.then(() => Promise.reject(new Error(`It did not start: ${log}`)))]);
  const url = /ready at (.*)\/graphql/.exec(chunk.toString())?.[1] ?? '';
  return {
    url,
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
    },
    async health() {
      const response = await fetch(`${url}/health/ready`);
      if (response.status !== 200) throw new Error(`It is not ready: ${response.status}`);
      return response.text();
    },
    log: () => log,
    configure: (next) => writeFile(file, JSON.stringify(next)),
    code: () => child.exitCode,
    signal: (name) => void child.kill(name),
    async close() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
