import { z } from 'zod';
import { STREAM_BOUNDS } from '../../http/settings.ts';
import type { StreamBounds } from '../../http/settings.ts';
import { duration, formatDuration } from '../duration.ts';

const MEBIBYTE = 1024 * 1024;

const count = (lowest: number, highest: number): z.ZodInt => z.int().min(lowest).max(highest);

/** Limits of an answer that is read as a stream because the vendor offers nothing smaller. */
export const streamLimitsSchema = z
  .strictObject({
    time: duration.prefault(formatDuration(STREAM_BOUNDS.milliseconds)).describe('Time for the whole answer.'),
    bytes: count(1_024, 2 ** 40)
      .default(STREAM_BOUNDS.bytes)
      .describe('Bytes of the whole answer.'),
    leastBytesPerSecond: count(0, 2 ** 30)
      .default(STREAM_BOUNDS.leastBytesPerSecond)
      .describe('Lowest rate while we wait for data, measured over each `timeout` of waiting; 0: no lower limit.'),
    lineBytes: count(1_024, 128 * MEBIBYTE)
      .default(STREAM_BOUNDS.lineBytes)
      .describe('Bytes of one line. A longer line is left out and counted; a line 16 times as long ends the call.'),
    keyBytes: count(256, 16 * MEBIBYTE)
      .default(STREAM_BOUNDS.keyBytes)
      .describe('Bytes of the name of a member.'),
    members: count(100, 10_000_000).default(STREAM_BOUNDS.members).describe('Members of one object.'),
    levels: count(10, 10_000).default(STREAM_BOUNDS.levels).describe('Levels of nested values.'),
  })
  .refine(({ bytes, lineBytes }) => bytes >= lineBytes, {
    path: ['lineBytes'],
    error: 'must not be more than `bytes`',
  });

/** Converts the configured limits to the form of the HTTP client. */
export function streamBounds({ time, ...same }: z.output<typeof streamLimitsSchema>): StreamBounds {
  return { ...same, milliseconds: time };
}
