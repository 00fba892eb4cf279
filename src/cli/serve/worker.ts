import cluster from 'node:cluster';
import process from 'node:process';
import { z } from 'zod';
import { afterReload } from '../../config/changes.ts';
import type { Configuration } from '../../config/configuration.ts';
import { configurationOfSnapshot } from '../../config/load.ts';
import type { Snapshot } from '../../config/load.ts';
import { ConfigurationError } from '../../config/problems.ts';
import { partOf } from '../../config/workers.ts';
import { debugLogOf, shareAsConfigured } from '../../library/wiring.ts';
import { createMetrics } from '../../server/metrics/metrics.ts';
import { VENDORS } from '../../vendors/index.ts';
import { Peer } from '../../workers/peer.ts';
import { createWorkerSharing } from '../../workers/sharing.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { serviceLog } from './log.ts';
import { beginning, channelToPrimary, crewState } from './processes.ts';
import type { CrewState, ApplyOutcome } from './processes.ts';
import type { Apply } from './reload.ts';
import { startServiceProcess } from './run-service.ts';

/** How long the primary process may take to answer. */
const ANSWER_MILLISECONDS = 30_000;

/** How often it is told what `/health/ready` reports of this worker, if that has changed. */
const STATE_MILLISECONDS = 500;

interface WorkerOptions {
  /** Overrides the configuration. */
  readonly host?: string | undefined;
}

/** Serves as one of several workers, until the primary process or a signal asks it to stop. */
export async function serveAsWorker(options: WorkerOptions, surroundings: Surroundings): Promise<number> {
  try {
    await serveUntilStopped(options, surroundings);
    return EXIT.done;
  } finally {
    // The channel to the primary process would keep this one alive.
    cluster.worker?.disconnect();
  }
}

async function serveUntilStopped({ host }: WorkerOptions, surroundings: Surroundings): Promise<void> {
  // The primary process reads the configuration again, and a terminal that goes away signals all processes.
  process.on('SIGHUP', () => undefined);
  const peer = new Peer(channelToPrimary());
  const stopped = untilStopped(surroundings.stop, peer);
  let others: CrewState = { isRedisDown: false, isSourceDown: false, isMissing: false };
  peer.handle({
    others: (body) => {
      others = crewState.parse(body);
    },
  });
  const begun = beginning.parse(await peer.ask('begin', null, ANSWER_MILLISECONDS));
  const { number, of, port, secret, snapshot } = begun;
  const configure = async (given: Snapshot): Promise<Configuration> =>
    partOf(await configurationOfSnapshot(given, { ...surroundings, vendors: VENDORS }), { number, of });
  const logger = serviceLog(surroundings.complain, number);
  const metrics = createMetrics();
  const service = await startServiceProcess({
    configuration: afterReload(await configure(begun.started), await configure(snapshot)),
    origin: snapshot.origin,
    host,
    port,
    share: (configuration) =>
      shareAsConfigured(logger)(configuration) ?? createWorkerSharing(peer, secret, debugLogOf(logger)),
    context: surroundings,
    logger,
    metrics,
    otherWorkers: () => others,
  });
  metrics.showInstead(async () => z.string().parse(await peer.ask('metrics', null, ANSWER_MILLISECONDS)));
  peer.handle({
    counts: () => metrics.registry.getMetricsAsJSON(),
    apply: async (body) => apply(service.apply, await configured(body, configure)),
  });
  const reporting = reportChanges(service.state, peer);
  peer.tell('ready', { url: service.url, sources: service.sources.sources.map(({ name }) => name) });
  await stopped;
  clearInterval(reporting);
  await service.close();
}

async function configured(
  body: unknown,
  configure: (snapshot: Snapshot) => Promise<Configuration>,
): Promise<Configuration | null> {
  const snapshot = beginning.shape.snapshot.nullable().parse(body);
  return snapshot === null ? null : configure(snapshot);
}

async function apply(take: Apply, configuration: Configuration | null): Promise<ApplyOutcome> {
  try {
    const { changes, afterRestart } = await take(configuration);
    const { added, removed, changed } = changes;
    return {
      is: 'applied',
      changes: { added: [...added], removed: [...removed], changed: [...changed] },
      afterRestart: [...afterRestart],
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { is: 'refused', problems: [...error.problems] };
  }
}

/** Tells the primary process what `/health/ready` reports of this worker, each time that this changes. */
function reportChanges(state: () => object, peer: Peer): NodeJS.Timeout {
  let told = '';
  return setInterval(() => {
    const now = state();
    const text = JSON.stringify(now);
    if (text !== told) peer.tell('state', now);
    told = text;
  }, STATE_MILLISECONDS);
}

function untilStopped(signal: AbortSignal, peer: Peer): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    peer.handle({ stop });
    if (signal.aborted) stop();
  });
}
