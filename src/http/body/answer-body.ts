import { Readable } from 'node:stream';
import { errors } from 'undici';

/** Takes the bytes of a body. After `end` or `fail`, none of these is called again. */
export interface BodyReader {
  readonly data: (chunk: Buffer) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/** The body of an answer, to be read once: by a reader or as a stream. */
export interface AnswerBody {
  /** Passes all chunks to the reader, as they arrive. */
  read(reader: BodyReader): void;
  /** Holds chunks back until `resume`. */
  pause(): void;
  resume(): void;
  /** Abandons the rest of the body. The reader fails. */
  destroy(): void;
  /** The body as a stream, which waits for its consumer. */
  stream(): Readable;
}

/** Controls the connection on which a body arrives. */
export interface BodyControl {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

const HIGH_WATER_MARK = 64 * 1024;

/** A body as it arrives on a connection. It costs no stream where it is read as a whole. */
export class ArrivingBody implements AnswerBody {
  readonly #control: BodyControl;
  #reader: BodyReader | null = null;
  /** Chunks that wait for a reader, or for the end of a pause. */
  #waiting: Buffer[] = [];
  #bytes = 0;
  #isPaused = false;
  #isPassing = false;
  #state: 'arriving' | 'complete' | 'over' = 'arriving';
  #failure: { readonly error: unknown } | null = null;

  constructor(control: BodyControl) {
    this.#control = control;
  }

  /** A chunk has arrived. */
  push(chunk: Buffer): void {
    if (this.#state !== 'arriving') return;
    if (this.#reader !== null && !this.#isPaused && this.#waiting.length === 0) {
      this.#reader.data(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > HIGH_WATER_MARK) this.#control.pause();
  }

  /** The body is complete. */
  complete(): void {
    if (this.#state !== 'arriving') return;
    this.#state = 'complete';
    this.#pass();
  }

  /** The body will not be complete. Chunks that wait are dropped. */
  fail(error: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#failure = { error };
    this.#waiting = [];
    this.#reader?.fail(error);
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
    if (this.#failure === null) this.#pass();
    else reader.fail(this.#failure.error);
  }

  pause(): void {
    this.#isPaused = true;
    this.#control.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#pass();
  }

  destroy(): void {
    if (this.#state === 'over') return;
    const wasArriving = this.#state === 'arriving';
    const error = new errors.RequestAbortedError();
    this.fail(error);
    if (wasArriving) this.#control.abort(error);
  }

  stream(): Readable {
    const stream = new Readable({
      highWaterMark: HIGH_WATER_MARK,
      read: () => {
        this.resume();
      },
      destroy: (error, done) => {
        this.destroy();
        done(error);
      },
    });
    // The reader of the stream sees its errors, if there still is one.
    stream.on('error', () => undefined);
    this.read({
      data: (chunk) => {
        if (!stream.push(chunk)) this.pause();
      },
      end: () => stream.push(null),
      fail: (error) => stream.destroy(error instanceof Error ? error : new errors.RequestAbortedError()),
    });
    return stream;
  }

  /** Passes on what waits, then the end, unless the reader pauses. */
  #pass(): void {
    const reader = this.#reader;
    if (reader === null || this.#isPassing) return;
    this.#isPassing = true;
    while (!this.#isPaused && this.#waiting.length > 0) {
      const chunk = this.#waiting.shift() as Buffer;
      this.#bytes -= chunk.length;
      reader.data(chunk);
    }
    this.#isPassing = false;
    if (this.#isPaused) return;
    if (this.#state === 'arriving') this.#control.resume();
    if (this.#state !== 'complete') return;
    this.#state = 'over';
    reader.end();
  }
}

/** A body that was made from another one, such as a decompressed one. */
export class StreamedBody implements AnswerBody {
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  read({ data, end, fail }: BodyReader): void {
    const stream = this.#stream;
    stream.on('data', data);
    stream.once('end', end);
    stream.once('error', fail);
    stream.once('close', () => {
      fail(new Error('The body ended early'));
    });
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  stream(): Readable {
    return this.#stream;
  }
}
