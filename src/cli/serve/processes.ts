import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import { z } from 'zod';
import { Peer } from '../../workers/peer.ts';
import type { Channel } from '../../workers/peer.ts';

/** Set in the environment of our workers. A process may also be a worker of another program that uses node:cluster. */
export const WORKER_VARIABLE = 'TRIBUTARY_WORKER';

/** The primary's end to a worker. It logs what it fails to do for the worker. */
export function peerOf(worker: Worker, number: number, logger: Logger): Peer {
  return new Peer(channelTo(worker), (what, error) => {
    logger.error({ worker: number, what, error: String(error) }, 'a request of a worker failed');
  });
}

function channelTo(worker: Worker): Channel {
  return {
    send: (message, sent) => {
      // The callback gets the error of a channel that is gone, which its end reports anyway.
      if (typeof message === 'object' && message !== null) worker.send(message, sent);
    },
    listen: (listener) => {
      worker.on('message', listener);
    },
  };
}

/** A worker's channel to its primary. */
export function channelToPrimary(): Channel {
  return {
    send: (message, sent) => {
      process.send?.(message, undefined, undefined, sent);
    },
    listen: (listener) => {
      process.on('message', listener);
    },
  };
}

/** Passes the lines that a worker writes on. They go through one process, so that long ones stay whole. */
export function passOutput({ process: child }: Worker, complain: (text: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      complain(`${line}\n`);
    });
  }
}

/** Resolves when the process has ended and all that it wrote has come. */
export async function endOf({
  process: child,
}: Worker): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode };
}

const texts = z.array(z.string());

const snapshot = z.object({
  origin: z.string(),
  folder: z.string(),
  value: z.unknown(),
  texts: z.record(z.string(), z.string()),
});

/** What a worker is told when it begins. */
export const beginning = z.object({
  number: z.int(),
  of: z.int(),
  port: z.int(),
  /** Hides names in what workers share. */
  secret: z.string(),
  /** The configuration in use. */
  snapshot,
  /** The one that the service started with, whose keys that need a restart hold. */
  started: snapshot,
});

export type Beginning = z.infer<typeof beginning>;

/** What a worker answers to a new configuration. */
export const outcome = z.discriminatedUnion('is', [
  z.object({
    is: z.literal('applied'),
    changes: z.object({ added: texts, removed: texts, changed: texts }),
    afterRestart: texts,
  }),
  z.object({ is: z.literal('refused'), problems: z.array(z.object({ key: z.string(), message: z.string() })) }),
]);

export type ApplyOutcome = z.infer<typeof outcome>;

/** What `/health/ready` reports of a worker. */
export const workerState = z.object({ isRedisDown: z.boolean(), isSourceDown: z.boolean() });

/** What it reports of all workers. */
export const crewState = workerState.extend({ isMissing: z.boolean() });

export type CrewState = z.infer<typeof crewState>;

/** A worker that serves. */
export const readiness = z.object({ url: z.string(), sources: texts });
