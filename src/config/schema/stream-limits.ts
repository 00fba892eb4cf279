import { z } from 'zod';
import { STREAM_BOUNDS } from '../../http/settings.ts';
import type { StreamBounds } from '../../http/settings.ts';
import { duration, formatDuration } from '../duration.ts';

const MEBIBYTE = 1024 * 1024;

const count = (lowest: number, highest: number): z.ZodInt => z.int().min(lowest).max(highest);

/** Bounds of an answer that is read while it arrives, since nothing smaller can be asked for. */
export const streamLimitsSchema = z
  .strictObject({
    time: duration.prefault(formatDuration(STREAM_BOUNDS.milliseconds)).describe('For the whole answer.'),
    bytes: count(1_024, 2 ** 40)
      .default(STREAM_BOUNDS.bytes)
      .describe('Of the whole answer.'),
    leastBytesPerSecond: count(0, 2 ** 30)
      .default(STREAM_BOUNDS.leastBytesPerSecond)
      .describe('What must come while it is waited for, over each `timeout` of waiting; 0: however little.'),
    lineBytes: count(1_024, 128 * MEBIBYTE)
      .default(STREAM_BOUNDS.lineBytes)
      .describe('Of one line. A longer one is left out and counted; one of four times as much ends the call.'),
    keyBytes: count(256, 16 * MEBIBYTE)
      .default(STREAM_BOUNDS.keyBytes)
      .describe('Of the name of a member.'),
    members: count(100, 10_000_000).default(STREAM_BOUNDS.members).describe('Members of one object.'),
    levels: count(10, 10_000).default(STREAM_BOUNDS.levels).describe('Values within values.'),
  })
  .refine(({ bytes, lineBytes }) => bytes >= lineBytes, {
    path: ['lineBytes'],
    error: 'must not be more than `bytes`',
  });

/** What the configuration says, in the words of the HTTP client. */
export function streamBounds({ time, ...same }: z.output<typeof streamLimitsSchema>): StreamBounds {
  return { ...same, milliseconds: time };
}
