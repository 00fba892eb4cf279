import type { OpenAttempt } from './attempt.ts';
import { collect } from './body/collect.ts';
import { parseJson } from './body/parse.ts';
import type { Answerer } from './body/parse.ts';
import type { HttpReply, StreamReader } from './client.ts';
import type { Begin } from './policy/shared-stream.ts';
import type { Exchange } from './request/exchange.ts';

/** A reply, and how long its body was. */
export interface SizedReply<T> extends HttpReply<T> {
  readonly bytes: number;
}

/** Reads an answer whole, as JSON. */
export async function readJson(open: OpenAttempt, limit: number, answerer: Answerer): Promise<SizedReply<unknown>> {
  const { answer, finish } = open;
  try {
    const body = await collected(open, limit);
    const data = parseJson(body, limit, answerer);
    finish(null);
    return { status: answer.status, headers: answer.headers, data, bytes: body.bytes.length };
  } catch (error) {
    finish(error);
    throw error;
  }
}

async function collected({ answer }: OpenAttempt, limit: number): ReturnType<typeof collect> {
  try {
    return await collect(answer.body, limit);
  } catch (error) {
    throw answer.explain(error);
  }
}

/**
 * Reads an answer while it arrives. From its headers on only a pause between two chunks is timed. One that
 * breaks is an attempt that failed, whatever it has given by then: the next one begins anew.
 */
export async function readItems<T>(
  { answer, finish }: OpenAttempt,
  reader: StreamReader<T>,
  begin: Begin<T>,
  source: string,
): Promise<void> {
  answer.deadline.disarm();
  try {
    await reader(chunksOf(answer), begin(), source);
    finish(null);
  } catch (error) {
    finish(error);
    throw error;
  } finally {
    answer.body.destroy();
  }
}

async function* chunksOf(answer: Exchange): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of answer.body) yield chunk as Uint8Array;
  } catch (error) {
    throw answer.explain(error);
  }
}
