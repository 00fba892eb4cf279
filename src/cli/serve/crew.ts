import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Snapshot } from '../../config/load.ts';
import { Broker } from '../../workers/broker.ts';
import { serveWorker } from '../../workers/desk.ts';
import type { Peer } from '../../workers/peer.ts';
import { EXIT } from '../surroundings.ts';
import { Deaths } from './deaths.ts';
import { endOf, outcome, passOutput, peerOf, readiness, WORKER_VARIABLE, workerState } from './processes.ts';
import type { Beginning, CrewState } from './processes.ts';

/** How long a worker may take to apply a configuration. */
export const APPLYING_MILLISECONDS = 60_000;

/** How long the others wait for one worker's metrics. Then those that it gave last are shown. */
const COUNTS_MILLISECONDS = 2_000;

/** How long a worker may take to end: its service waits five seconds for answers, twice. */
const ENDING_MILLISECONDS = 15_000;

export interface CrewOptions {
  readonly count: number;
  /** 0: the system chooses. */
  readonly port: number;
  readonly snapshot: Snapshot;
  readonly logger: Logger;
  readonly complain: (text: string) => void;
  /** A worker asks for the metrics of all. */
  readonly metrics: () => Promise<string>;
  /** The process of that id has ended. */
  readonly onEnd: (id: number) => void;
  /** A worker has ended without being asked to. */
  readonly onDeath: () => void;
}

/** A worker that serves. */
export interface Member {
  /** Its number, from 1 on, which its successor has as well. */
  readonly number: number;
  readonly worker: Worker;
  readonly peer: Peer;
  readonly snapshot: Snapshot;
  readonly url: string;
  readonly sources: readonly string[];
}

interface Death {
  readonly code: number | null;
  readonly signal: string | null;
  readonly wasServing: boolean;
}

/** Starts the workers, replaces those that die, and ends them. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #broker = new Broker();
  readonly #secret = randomBytes(32).toString('base64url');
  readonly #serving = new Map<number, Member>();
  /** All processes that have not ended. */
  readonly #processes = new Set<Worker>();
  readonly #states = new Map<number, Pick<CrewState, 'isRedisDown' | 'isSourceDown'>>();
  readonly #deaths = new Deaths();
  readonly #replacing = new Set<number>();
  #onServing: () => void = () => undefined;
  #snapshot: Snapshot;
  #port: number;
  /** Where all workers serve; null: none has served yet. */
  #url: string | null = null;
  #isStopping = false;
  #end: (code: number) => void = () => undefined;
  /** Resolves with an exit code when the service cannot go on. */
  readonly ended: Promise<number>;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#snapshot = options.snapshot;
    this.#port = options.port;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    cluster.setupPrimary({ silent: true, serialization: 'advanced' });
  }

  get serving(): readonly Member[] {
    return [...this.#serving.values()];
  }

  /** Starts one worker, then the others: a fault that all of them share is reported once. Resolves when all serve. */
  async start(): Promise<void> {
    const { count } = this.#options;
    void this.#startOne(1);
    await this.#serve(1);
    for (let number = 2; number <= count; number += 1) void this.#startOne(number);
    await this.#serve(count);
  }

  /** The configuration of workers that start from now on. */
  use(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
  }

  /** What each worker counts, by the id of its process. */
  async counts(): Promise<ReadonlyMap<number, unknown>> {
    const given = await Promise.all(
      this.serving.map(async ({ worker, peer }) => {
        const counts = await peer.ask('counts', null, COUNTS_MILLISECONDS).catch(() => null);
        return [worker.id, counts] as const;
      }),
    );
    return new Map(given.filter(([, counts]) => counts !== null));
  }

  /** Has a worker apply a configuration that another one has applied. A worker that does not is replaced. */
  async apply({ number, peer, worker }: Member, snapshot: Snapshot): Promise<void> {
    try {
      const { is } = outcome.parse(await peer.ask('apply', snapshot, APPLYING_MILLISECONDS));
      if (is === 'applied') return;
    } catch {
      // It is gone, or too slow.
    }
    this.#options.logger.error({ worker: number }, 'a worker did not apply the configuration and is replaced');
    worker.process.kill('SIGKILL');
  }

  /** Asks all workers to stop, and ends those that do not. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const serving = new Set(this.serving.map(({ worker }) => worker));
    for (const { peer } of this.serving) peer.tell('stop', null);
    const processes = [...this.#processes];
    for (const worker of processes) if (!serving.has(worker)) worker.process.kill('SIGTERM');
    const impatience = setTimeout(() => {
      for (const { process: child } of this.#processes) child.kill('SIGKILL');
    }, ENDING_MILLISECONDS);
    await Promise.all(processes.map(async (worker) => endOf(worker)));
    clearTimeout(impatience);
  }

  /** Resolves when so many workers serve. */
  async #serve(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onServing = () => {
        if (this.#serving.size >= count) resolve();
      };
      this.#onServing();
    });
  }

  /** False: it ended before it served. */
  async #startOne(number: number): Promise<boolean> {
    const worker = cluster.fork({ [WORKER_VARIABLE]: String(number) });
    this.#processes.add(worker);
    const { logger, complain } = this.#options;
    const peer = peerOf(worker, number, logger);
    const leave = serveWorker(this.#broker, worker.id, peer);
    const snapshot = this.#snapshot;
    const begin = (): Beginning => ({ ...this.#beginning(number), snapshot });
    peer.handle({
      begin,
      metrics: this.#options.metrics,
      state: (body) => {
        this.#states.set(worker.id, workerState.parse(body));
        this.#tellStates();
      },
    });
    passOutput(worker, complain);
    worker.on('error', ({ message }: Error) => {
      logger.error({ worker: number, error: message }, 'a worker cannot be reached');
    });
    const isReady = new Promise<boolean>((resolve) => {
      peer.handle({
        ready: (body) => {
          const member = { ...readiness.parse(body), number, worker, peer, snapshot };
          this.#serving.set(number, member);
          this.#url = member.url;
          this.#replacing.delete(number);
          this.#tellStates();
          void this.#bringUpToDate(member);
          logger.info({ worker: number, pid: worker.process.pid }, 'a worker serves');
          this.#onServing();
          resolve(true);
        },
      });
      worker.once('exit', () => {
        leave();
        resolve(false);
      });
    });
    void endOf(worker).then(({ code, signal }) => {
      this.#processes.delete(worker);
      this.#states.delete(worker.id);
      const wasServing = this.#serving.get(number)?.worker === worker;
      if (wasServing) this.#serving.delete(number);
      this.#options.onEnd(worker.id);
      if (!this.#isStopping) void this.#replace(number, { code, signal, wasServing });
    });
    return isReady;
  }

  async #replace(number: number, { code, signal, wasServing }: Death): Promise<void> {
    const { logger } = this.#options;
    // The worker has said what is wrong.
    if (!wasServing && signal === null) {
      this.#end(code === null || code === 0 ? EXIT.failed : code);
      return;
    }
    const wait = this.#deaths.add();
    if (wait === null) {
      logger.fatal({ worker: number, code, signal }, 'workers die again and again: the service ends');
      this.#end(EXIT.failed);
      return;
    }
    logger.error({ worker: number, code, signal }, 'a worker has ended and is replaced');
    this.#options.onDeath();
    this.#replacing.add(number);
    this.#tellStates();
    await pause(wait, undefined, { ref: false });
    if (this.#isStopping) return;
    await this.#startOne(number);
  }

  /**
   * Workers that ask for port 0 together get the same port, as long as one of them listens. When none does any more, the
   * next ones have to ask for the port that is known.
   */
  #beginning(number: number): Omit<Beginning, 'snapshot'> {
    if (this.#serving.size === 0 && this.#url !== null) this.#port = Number(new URL(this.#url).port);
    const { count, snapshot } = this.#options;
    return { number, of: count, port: this.#port, secret: this.#secret, started: snapshot };
  }

  /** The configuration may have changed since the worker began. */
  async #bringUpToDate(member: Member): Promise<void> {
    if (member.snapshot !== this.#snapshot) await this.apply(member, this.#snapshot);
  }

  #tellStates(): void {
    const states = [...this.#states.values()];
    const state: CrewState = {
      isRedisDown: states.some(({ isRedisDown }) => isRedisDown),
      isSourceDown: states.some(({ isSourceDown }) => isSourceDown),
      isMissing: this.#replacing.size > 0,
    };
    for (const { peer } of this.serving) peer.tell('others', state);
  }
}
