import type { Logger } from 'pino';
import { checkWorkers } from '../../config/workers.ts';
import type { ReadConfiguration, Snapshot } from '../../config/load.ts';
import { ConfigurationError } from '../../config/problems.ts';
import { createMetrics } from '../../server/metrics/metrics.ts';
import { createWorkersMetrics } from '../../server/metrics/workers.ts';
import { guardProcess } from '../../server/process-guard.ts';
import { EXIT, untilStopped } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { APPLYING_MILLISECONDS, Crew } from './crew.ts';
import { outcome } from './processes.ts';
import { createReload, onHangup } from './reload.ts';
import type { Applied } from './reload.ts';

interface PrimaryOptions {
  readonly first: ReadConfiguration;
  /** Reads the configuration again. */
  readonly read: () => Promise<ReadConfiguration | null>;
  readonly count: number;
  /** Overrides the configuration. */
  readonly port: number | undefined;
  readonly logger: Logger;
}

/** Serves from several worker processes. This one serves no request itself: it starts, watches and ends them. */
export async function serveWithWorkers(
  { first, read, count, port, logger }: PrimaryOptions,
  surroundings: Surroundings,
): Promise<number> {
  const { configuration, snapshot } = first;
  checkWorkers(configuration, count, snapshot.origin);
  logger.level = configuration.server.logLevel;
  const metrics = createMetrics();
  metrics.process();
  const onOutcome = metrics.configuration();
  const unguard = guardProcess(logger, metrics);
  const crew: Crew = new Crew({
    count,
    port: port ?? configuration.server.port,
    snapshot,
    logger,
    complain: surroundings.complain,
    metrics: () => (gathering ??= gather()),
    onEnd: (id) => void counted.left(id),
    onDeath: () => {
      counted.died();
    },
  });
  let gathering: Promise<string> | null = null;
  /** Requests for metrics that come meanwhile get the same answer. */
  async function gather(): Promise<string> {
    try {
      return await counted.text(await crew.counts());
    } finally {
      gathering = null;
    }
  }
  const counted = createWorkersMetrics(metrics.registry, () => crew.serving.length);

  async function apply(read: ReadConfiguration | null): Promise<Applied> {
    if (read !== null) checkWorkers(read.configuration, count, read.snapshot.origin);
    const applied = await applyToAll(crew, read?.snapshot ?? null);
    if (read !== null) logger.level = read.configuration.server.logLevel;
    return applied;
  }

  // Until all workers serve, SIGHUP does nothing.
  let reload = (): Promise<void> => Promise.resolve();
  const ignoreHangup = onHangup(() => reload());
  const stopped = untilStopped(surroundings).then(() => EXIT.done);
  try {
    const started = crew.start().then(() => null);
    const code = (await either(started, crew.ended, stopped)) ?? (await serving());
    if (code === EXIT.done) logger.info('shutting down');
    return code;
  } finally {
    await ignoreHangup();
    await crew.stop();
    unguard();
  }

  /** Resolves with an exit code when the service ends. */
  async function serving(): Promise<number> {
    reload = createReload({ read, apply, logger, onOutcome });
    const [member] = crew.serving;
    logger.info({ sources: member?.sources, workers: count }, 'serving the configured sources');
    await surroundings.print(`ready at ${member?.url ?? ''}/graphql\n`);
    return either(crew.ended, stopped);
  }
}

/** The first worker decides whether the configuration can be used; the others do as it does. */
async function applyToAll(crew: Crew, snapshot: Snapshot | null): Promise<Applied> {
  const [first] = crew.serving;
  if (first === undefined) throw new Error('No worker serves.');
  const result = outcome.parse(await first.peer.ask('apply', snapshot, APPLYING_MILLISECONDS));
  if (result.is === 'refused') throw new ConfigurationError(snapshot?.origin ?? 'the folder', result.problems);
  if (snapshot !== null) {
    crew.use(snapshot);
    await Promise.all(
      crew.serving.filter((member) => member !== first).map(async (each) => crew.apply(each, snapshot)),
    );
  }
  return result;
}

/** What comes first. The others stay pending for as long as the service runs. */
function either<T>(...ends: readonly Promise<T>[]): Promise<T> {
  return new Promise((resolve, reject) => {
    for (const end of ends) end.then(resolve, reject);
  });
}
