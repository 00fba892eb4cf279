/** What `/health/ready` says. It is given to everybody, so it names no source. */
interface Readiness {
  readonly status: 200 | 503;
  readonly text: string;
}

interface Facts {
  readonly isStopping: boolean;
  readonly isRedisDown: boolean;
  /** Is a source left alone, as it kept failing? */
  readonly isSourceDown: boolean;
}

/** A replica that does not have everything takes requests: others would have no more. */
export function readinessOf({ isStopping, isRedisDown, isSourceDown }: Facts): Readiness {
  if (isStopping) return { status: 503, text: 'shutting down\n' };
  const missing = [
    ...(isRedisDown ? ['Redis does not answer, and each replica polls for itself'] : []),
    ...(isSourceDown ? ['a source keeps failing and is left alone, and the others are answered'] : []),
  ];
  return { status: 200, text: missing.length === 0 ? 'ready\n' : `ready, degraded: ${missing.join('; ')}\n` };
}
