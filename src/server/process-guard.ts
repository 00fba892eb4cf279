import type { Logger } from 'pino';
import { describeError } from './graphql/errors.ts';
import type { Metrics, UnhandledKind } from './metrics/metrics.ts';

/** The kinds of unhandled errors, by Node's event names. */
const EVENTS: Readonly<Record<string, UnhandledKind>> = {
  unhandledRejection: 'rejection',
  uncaughtException: 'exception',
};

/**
 * Keeps the process alive after an unhandled rejection or an uncaught exception. By default Node ends the process, and
 * with it all other requests. Each such error is a bug of ours; it is logged and counted. Going on is safe, because the
 * service stores nothing: one request or tail may hang, but no other shares its state. Returns a function that removes
 * the guard.
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
