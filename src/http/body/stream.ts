import type { Readable } from 'node:stream';

export interface StreamEnds {
  /** What an error of the body means to whoever reads it. */
  readonly explain: (error: unknown) => Error;
  /** Called once, when the body is read, left, cut or cancelled; with the error, if there was one. */
  readonly finish: (error: Error | null) => void;
}

/** A body as an iterable that hangs up when it is left, also before its first chunk. */
export function streamed(body: Readable, { explain, finish }: StreamEnds): AsyncIterable<Uint8Array> {
  let failure: Error | null = null;
  let left = false;
  body.once('error', (error) => {
    if (!left) failure = error;
  });
  body.once('close', () => {
    finish(failure);
  });
  return {
    [Symbol.asyncIterator]() {
      const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            return await chunks.next();
          } catch (error) {
            throw explain(failure ?? error);
          }
        },
        return() {
          left = true;
          body.destroy();
          return Promise.resolve({ done: true as const, value: undefined });
        },
      };
    },
  };
}
