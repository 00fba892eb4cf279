import { createHmac } from 'node:crypto';

/**
 * The keys of one feed. The braces keep all keys of a deployment on one node of a cluster: streams that one command reads,
 * and keys that one script touches, must be there together.
 */
export interface FeedKeys {
  /** Who polls: its token, for as long as it renews it. */
  readonly lease: string;
  /** Counts terms and messages. */
  readonly state: string;
  /** What the poller reads. */
  readonly stream: string;
}

export function feedKeys(prefix: string, name: string): FeedKeys {
  const stem = `{${prefix}}:${name}`;
  return { lease: `${stem}:lease`, state: `${stem}:state`, stream: `${stem}:stream` };
}

/** A name that tells nothing about what it is made from. */
export function hiddenName(secret: string, parts: readonly (string | null)[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');
}
