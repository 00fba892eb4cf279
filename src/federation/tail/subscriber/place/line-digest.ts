import { createHash } from 'node:crypto';

/** Characters of a digest. */
export const DIGEST_LENGTH = 8;

/** Represents a line in a cursor. 48 bits are enough to tell apart the lines that one cursor names. */
export function lineDigest(source: string, job: string, partition: string, time: bigint, tie: string): string {
  const name = JSON.stringify([source, job, partition, String(time), tie]);
  return createHash('sha256').update(name).digest().subarray(0, 6).toString('base64url');
}
