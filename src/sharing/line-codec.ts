import { z } from 'zod';
import { bytesOfEntry } from '../domain/entry-bytes.ts';
import { ERROR_CODES, TributaryError } from '../domain/errors.ts';
import type { Position } from '../domain/ordered.ts';
import { SEVERITY_SOURCES } from '../domain/severity.ts';
import type { Gap } from '../federation/tail/feed/gap.ts';
import type { FeedLine } from '../federation/tail/feed/lines/line-window.ts';

/** Upper bounds on the lines of one message: their number and their memory use. A larger line is a message by itself. */
const MOST_LINES = 200;
const MOST_BYTES = 512_000;

/** Encodes lines as texts of bounded size. */
export function encodeLines(lines: readonly FeedLine[]): string[] {
  const texts: string[] = [];
  let part: FeedLine[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = bytesOfEntry(line.entry);
    const isFull = part.length >= MOST_LINES || bytes + size > MOST_BYTES;
    if (part.length > 0 && isFull) {
      texts.push(encodePart(part));
      part = [];
      bytes = 0;
    }
    part.push(line);
    bytes += size;
  }
  if (part.length > 0) texts.push(encodePart(part));
  return texts;
}

function encodePart(lines: readonly FeedLine[]): string {
  return JSON.stringify(
    lines.map(({ entry, partition, hint }) => ({
      entry: { ...entry, severity: entry.severity, tie: entry.tie, time: String(entry.time) },
      partition,
      hint,
    })),
  );
}

const text = z.string().nullable();

const time = z
  .string()
  .regex(/^-?\d{1,30}$/)
  .transform(BigInt);

const line = z.object({
  partition: z.string(),
  hint: z.json(),
  entry: z.object({
    time,
    tie: z.string(),
    timestamp: z.string(),
    severity: z.object({ number: z.number(), text, source: z.enum(SEVERITY_SOURCES) }),
    message: z.string(),
    exceptions: z.array(
      z.object({
        type: z.string(),
        message: text,
        frames: z.array(z.object({ file: text, line: z.number().nullable(), function: text })),
      }),
    ),
    attributes: z.record(z.string(), z.json()).nullable(),
    attemptKey: text,
    stepKey: text,
    taskKey: text,
  }),
});

/** Null if the text is not a list of lines: another version of this service may have written it. */
export function decodeLines(body: string): readonly FeedLine[] | null {
  return decodeJson(body, z.array(line));
}

const place = z.object({ time, tie: z.string() }).nullable();
const gap = z.object({
  partition: z.string(),
  after: place,
  before: place,
  reason: z.string(),
  lines: z.array(z.string()).optional(),
});

export function encodeGap({ after, before, ...gap }: Gap): string {
  return JSON.stringify({ ...gap, after: encodePlace(after), before: encodePlace(before) });
}

function encodePlace(place: Position | null): { time: string; tie: string } | null {
  return place && { time: String(place.time), tie: place.tie };
}

export function decodeGap(body: string): Gap | null {
  return decodeJson(body, gap);
}

const failure = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  source: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
});

export function encodeFailure({ code, message, source, retryAfterSeconds }: TributaryError): string {
  return JSON.stringify({ code, message, source, retryAfterSeconds });
}

export function decodeFailure(body: string): TributaryError | null {
  const read = decodeJson(body, failure);
  return read === null ? null : new TributaryError(read.code, read.message, read);
}

const endReason = z.enum(['JOB_FINISHED', 'SOURCE_GONE']);

export function decodeEndReason(body: string): z.infer<typeof endReason> | null {
  return endReason.safeParse(body).data ?? null;
}

function decodeJson<T>(body: string, schema: z.ZodType<T>): T | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const read = schema.safeParse(value);
  return read.success ? read.data : null;
}
