import { AnswerTooLarge, TributaryError } from '../domain/errors.ts';
import { isTurnOver, rest } from '../domain/fair-share.ts';
import type { OpenAttempt } from './attempt.ts';
import { collect } from './body/collect.ts';
import type { Hold } from './body/collect.ts';
import { parseJson } from './body/parse.ts';
import type { Answerer } from './body/parse.ts';
import { TEXT_BYTES } from './body/row-bound.ts';
import type { HttpReply, StreamReader } from './client.ts';
import type { Begin } from './policy/shared-stream.ts';
import { AttemptFailure } from './policy/attempt-failure.ts';
import type { Exchange, Wire } from './request/exchange.ts';
import { LARGE_ANSWER_BYTES } from './room/answer-room.ts';
import type { AnswerLease } from './room/answer-lease.ts';
import type { Leases } from './room/source-room.ts';
import type { StreamBounds } from './settings.ts';

/** A reply with the size of its body in bytes. */
export interface SizedReply<T> extends HttpReply<T> {
  readonly bytes: number;
  /** The room that the answer takes. */
  readonly lease: AnswerLease;
}

/** What is read of a small answer takes about so many times as much memory as its text: a log line of 250 bytes is an object of 1,200. */
const MEMORY_OF_SMALL = 6;

/** Bounds on the size of an answer. */
export interface SizeBounds {
  readonly mostBytes: number;
  /** True: cut long strings of a larger answer. False: refuse it. */
  readonly cutsStrings: boolean;
}

/** Reads a whole answer as JSON. */
export async function readJson(
  open: OpenAttempt,
  bounds: SizeBounds,
  answerer: Answerer,
  leases: Leases,
): Promise<SizedReply<unknown>> {
  const { answer, finish } = open;
  let lease = null as AnswerLease | null;
  const hold = waiting(answer, (bytes) => (lease ??= leases.large()).take(bytes));
  const holdSmall = waiting(answer, (bytes) => (lease = leases.small()).take(bytes));
  try {
    const body = await collected(open, bounds, answerer, hold);
    const room = lease === null ? holdSmall(MEMORY_OF_SMALL * body.size) : null;
    if (room !== null) await room;
    // The synchronous work that follows reaches up to the log lines, and many answers may arrive at once.
    if (isTurnOver()) await rest();
    let { cutTo } = body;
    const data = await parseJson(body, bounds.mostBytes, answerer, hold, () => {
      cutTo = Math.min(cutTo ?? TEXT_BYTES, TEXT_BYTES);
    });
    finish(null);
    const { status, headers } = answer;
    return { status, headers, data, bytes: body.size, cutTo, lease: lease ?? leases.small() };
  } catch (error) {
    endReading(lease);
    finish(error);
    throw error;
  }
}

function endReading(lease: AnswerLease | null): void {
  lease?.endReading();
}

/** The time that an answer waits for memory of ours is not the source's. */
function waiting({ deadline }: Exchange, take: Hold): Hold {
  return (bytes) => {
    const room = take(bytes);
    return room === null ? null : room.finally(deadline.pause());
  };
}

async function collected(
  { answer }: OpenAttempt,
  { mostBytes, cutsStrings }: SizeBounds,
  { source, label }: Answerer,
  hold: Hold,
): ReturnType<typeof collect> {
  // Refuse without reading if `Content-Length` already exceeds the bound.
  if (!cutsStrings && announcedBytes(answer.headers) > mostBytes) {
    answer.body.destroy();
    throw new AnswerTooLarge(source, label, mostBytes);
  }
  try {
    return await collect(answer.body, mostBytes, cutsStrings, hold);
  } catch (error) {
    throw error instanceof TributaryError ? error : answer.explain(error);
  }
}

/**
 * The body's length from its headers; 0 if unknown or compressed, because a compressed body grows when it is
 * decompressed.
 */
function announcedBytes(headers: Exchange['headers']): number {
  if (headers['content-encoding'] !== undefined) return 0;
  return Number(headers['content-length'] ?? 0);
}

/**
 * Reads an answer while it arrives. From its headers on, the bounds on time, size and rate of a stream apply. An answer
 * that breaks is a failed attempt, even if it gave items before: the next attempt starts over.
 */
export async function readItems<T>(
  { answer, finish }: OpenAttempt,
  reader: StreamReader<T>,
  begin: Begin<T>,
  wire: Wire,
  leases: Leases,
): Promise<void> {
  const { stream } = wire.limits;
  answer.deadline.rearm(stream.milliseconds);
  let lease: AnswerLease | null = null;
  const hold = waiting(answer, (bytes) => {
    if (lease === null && bytes <= LARGE_ANSWER_BYTES) return null;
    return (lease ??= leases.large()).set(bytes);
  });
  try {
    await reader(chunksOf(answer, wire, stream), begin(), wire.source, stream, hold);
    finish(null);
  } catch (error) {
    finish(error);
    throw error;
  } finally {
    endReading(lease);
    answer.body.destroy();
  }
}

async function* chunksOf(
  answer: Exchange,
  { source, label, limits }: Wire,
  { bytes: mostBytes, leastBytesPerSecond }: StreamBounds,
): AsyncGenerator<Uint8Array, void, undefined> {
  let all = 0;
  // Bytes and waiting time of the current window. Only time spent waiting counts, because our own reader may be slow.
  let [bytes, waited, since] = [0, 0, performance.now()];
  try {
    for await (const each of answer.body.stream()) {
      const chunk = each as Uint8Array;
      all += chunk.length;
      bytes += chunk.length;
      waited += performance.now() - since;
      if (all > mostBytes) {
        const message = `${label}: the answer is longer than ${mostBytes} bytes, the most that is read of a stream`;
        throw new TributaryError('SOURCE_BAD_RESPONSE', message, { source });
      }
      if (waited >= limits.timeoutMilliseconds) {
        if (bytes < (waited / 1_000) * leastBytesPerSecond) {
          const message = `${label}: the answer comes more slowly than ${leastBytesPerSecond} bytes per second`;
          throw new AttemptFailure(new TributaryError('SOURCE_TIMEOUT', message, { source }), 'never', true);
        }
        [bytes, waited] = [0, 0];
      }
      yield chunk;
      since = performance.now();
    }
  } catch (error) {
    if (error instanceof TributaryError || error instanceof AttemptFailure) throw error;
    throw answer.explain(error);
  }
}
