import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import type { Workload, WorkloadName } from './workloads.ts';

/** What a process has used since it started. */
export interface Usage {
  /** User and system time together, microseconds. */
  readonly processor: number;
  /** Bytes. */
  readonly rss: number;
  readonly peakRss: number;
}

export interface Command {
  readonly name: string;
  /** Arguments of node. */
  readonly run: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** How it is asked: by `GET /W1` or as GraphQL. */
  readonly asks: 'by name' | 'as GraphQL';
}

/** All are held to the last processor, where the system can; vendors and the asking process keep the others. */
const PINNED: readonly [string, ...string[]] =
  cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0
    ? ['taskset', '--cpu-list', `${cpus().length - 1}`, process.execPath]
    : [process.execPath];

const REPORTER = new URL('report-usage.js', import.meta.url).href;

/** A server in a process of its own, which is asked and measured. */
export class Contestant {
  readonly name: string;
  readonly origin: string;
  readonly #process: ReturnType<typeof spawn>;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #asks: Command['asks'];

  private constructor(command: Command, child: ReturnType<typeof spawn>, url: URL) {
    this.name = command.name;
    this.#process = child;
    this.origin = url.origin;
    this.#pool = new Pool(url.origin, { connections: 8 });
    this.#path = url.pathname;
    this.#asks = command.asks;
  }

  /** Resolves when it says `ready at URL`. */
  static async start(command: Command): Promise<Contestant> {
    const [program, ...before] = PINNED;
    const child = spawn(program, [...before, '--import', REPORTER, ...command.run], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, NODE_ENV: 'production', ...command.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let complaints = '';
    child.stderr?.on('data', (chunk) => (complaints = `${complaints}${chunk}`.slice(-4_000)));
    if (child.stdout === null) throw new Error('The output of the process is not piped.');
    for await (const line of createInterface(child.stdout)) {
      const url = /ready at (\S+)/.exec(line)?.[1];
      if (url !== undefined) {
        child.stdout.resume();
        return new Contestant(command, child, new URL(url));
      }
    }
    throw new Error(`${command.name} did not start.\n${complaints}`);
  }

  async ask(name: WorkloadName, { query }: Workload): Promise<string> {
    return this.#asks === 'as GraphQL' ? this.query({ query }) : this.#request(`/${name}`);
  }

  async query(operation: { readonly query: string; readonly variables?: object }): Promise<string> {
    return this.#request(this.#path, JSON.stringify(operation));
  }

  async #request(path: string, posted: string | null = null): Promise<string> {
    const { statusCode, body } = await this.#pool.request({
      path,
      method: posted === null ? 'GET' : 'POST',
      headers: posted === null ? {} : { 'content-type': 'application/json', accept: 'application/json' },
      body: posted,
      headersTimeout: 120_000,
      bodyTimeout: 120_000,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${this.name} answers ${statusCode} to ${path}: ${text.slice(0, 500)}`);
    return text;
  }

  async usage(): Promise<Usage> {
    // Written by report-usage.js.
    return (await this.#send('usage')) as Usage;
  }

  /**
   * The 99th percentile of the event loop's delay since the last call, in milliseconds; the first result means nothing.
   */
  async delay(): Promise<number> {
    return (await this.#send('delay')) as number;
  }

  async startProfile(): Promise<void> {
    await this.#send('profile');
  }

  /** What the process did since `startProfile`: the content of a `.cpuprofile`. */
  async endProfile(): Promise<string> {
    return JSON.stringify(await this.#send('end of profile'));
  }

  async #send(message: string): Promise<unknown> {
    const told = once(this.#process, 'message');
    this.#process.send(message);
    return ((await told) as [unknown])[0];
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    await this.#pool.destroy();
    this.#process.kill('SIGTERM');
    await ended;
  }
}
