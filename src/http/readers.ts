import type { OpenAttempt } from './attempt.ts';
import { collect } from './body/collect.ts';
import { parseJson } from './body/parse.ts';
import type { Answerer } from './body/parse.ts';
import { streamed } from './body/stream.ts';
import type { HttpReply } from './client.ts';
import { AttemptFailure } from './policy/attempt-failure.ts';
import type { Recorder } from './stats.ts';

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

/** Gives an answer's body as it comes. From here on only a pause between two chunks is timed. */
export function readStream({ answer, finish }: OpenAttempt, recorder: Recorder): HttpReply<AsyncIterable<Uint8Array>> {
  answer.deadline.disarm();
  const data = streamed(answer.body, {
    explain: (error) => withoutPolicy(answer.explain(error)),
    finish(error) {
      finish(error === null ? null : answer.explain(error));
      if (error !== null) recorder.failed(withoutPolicy(answer.explain(error)));
    },
  });
  return { status: answer.status, headers: answer.headers, data };
}

/** A body that has begun is not asked for again here: the reader decides. */
function withoutPolicy(error: Error): Error {
  return error instanceof AttemptFailure ? error.error : error;
}
