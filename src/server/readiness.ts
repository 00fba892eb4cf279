import type { ServiceOptions } from './service-options.ts';

/** The answer of `/health/ready`. It is public, so it names no source. */
interface Readiness {
  readonly status: 200 | 503;
  readonly text: string;
}

interface Facts {
  readonly isStopping: boolean;
  readonly isRedisDown: boolean;
  /** True if the breaker of a source is open because the source kept failing. */
  readonly isSourceDown: boolean;
  /** True if a worker of this service has died and is not replaced yet. */
  readonly isWorkerMissing: boolean;
}

/** What a service says of itself, and what its other workers say. */
export function readinessFacts({
  federation,
  isSourceDown = () => false,
  otherWorkers,
}: Pick<ServiceOptions, 'federation' | 'isSourceDown' | 'otherWorkers'>): Omit<Facts, 'isStopping'> {
  const others = otherWorkers?.();
  return {
    isRedisDown: others?.isRedisDown === true || federation.tailStatistics().sharing?.state === 'DOWN',
    isSourceDown: others?.isSourceDown === true || isSourceDown(),
    isWorkerMissing: others?.isMissing === true,
  };
}

/** A degraded replica still takes requests, because other replicas would be in the same state. */
export function readinessOf({ isStopping, isRedisDown, isSourceDown, isWorkerMissing }: Facts): Readiness {
  if (isStopping) return { status: 503, text: 'shutting down\n' };
  const missing = [
    ...(isRedisDown ? ['Redis does not answer, and each replica polls for itself'] : []),
    ...(isSourceDown ? ['a source keeps failing and is not called for a while; the others answer'] : []),
    ...(isWorkerMissing ? ['a worker of this service is being replaced'] : []),
  ];
  return { status: 200, text: missing.length === 0 ? 'ready\n' : `ready, degraded: ${missing.join('; ')}\n` };
}
