import { createHmac } from 'node:crypto';

/**
 * The keys of one feed. The braces keep all keys of a deployment on one node of a cluster: Redis requires that for the
 * streams that one command reads and the keys that one script touches.
 */
export interface FeedKeys {
  /** The token of the replica that polls; it expires unless it is renewed. */
  readonly lease: string;
  /** Counters of terms and messages. */
  readonly state: string;
  /** What the poller has read. */
  readonly stream: string;
}

export function feedKeys(prefix: string, name: string): FeedKeys {
  const stem = `{${prefix}}:${name}`;
  return { lease: `${stem}:lease`, state: `${stem}:state`, stream: `${stem}:stream` };
}

/** A name that does not reveal the parts it is made from. */
export function hiddenName(secret: string, parts: readonly (string | null)[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');
}
