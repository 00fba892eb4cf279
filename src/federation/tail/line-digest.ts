import { createHash } from 'node:crypto';
import type { Position } from '../../domain/ordered.ts';

/** Stands for a line of a job. */
export interface LineDigest {
  /** 48 bits: tells apart the hundreds that a cursor names. */
  readonly text: string;
  /** 64 bits: add up, with exclusive or, to sums that tell which of tens of thousands are missing. */
  readonly high: number;
  readonly low: number;
}

/** Characters of a digest's text. */
export const DIGEST_LENGTH = 8;

export function lineDigest(source: string, job: string, partition: string, { time, tie }: Position): LineDigest {
  const name = JSON.stringify([source, job, partition, String(time), tie]);
  const hash = createHash('sha256').update(name).digest();
  return {
    text: hash.subarray(0, 6).toString('base64url'),
    high: hash.readUInt32BE(0),
    low: hash.readUInt32BE(4),
  };
}
