import type { Logger } from 'pino';
import { describeError } from './graphql/errors.ts';
import type { Metrics, UnhandledKind } from './metrics/metrics.ts';

/** By Node's names for them. */
const EVENTS: Readonly<Record<string, UnhandledKind>> = {
  unhandledRejection: 'rejection',
  uncaughtException: 'exception',
};

/**
 * Keeps the process alive when a promise fails that nothing waits for, or an error is thrown that nothing
 * catches: by default Node ends the process, and with it the requests of everybody else. Each is a fault of
 * ours; it is logged and counted. Going on is safe here, as the service stores nothing: one request or one
 * tail may be stuck, and no other shares its state. Returns what takes the guard away.
 */
export function guardProcess(logger: Logger, metrics: Metrics): () => void {
  const guards = Object.entries(EVENTS).map(([event, kind]) => {
    const listener = (error: unknown): void => {
      metrics.unhandled(kind);
      logger.fatal({ error: describeError(error), kind }, 'an error that nothing handled');
    };
    process.on(event, listener);
    return () => process.off(event, listener);
  });
  return () => {
    for (const release of guards) release();
  };
}
