import { z } from 'zod';

/** One end of a channel between the primary process and a worker. Messages arrive in order, or the channel is gone. */
export interface Channel {
  /** `sent` is called when the message has left this process, or cannot leave it any more. */
  readonly send: (message: unknown, sent: () => void) => void;
  readonly listen: (listener: (message: unknown) => void) => void;
}

/** Answers what the other end asks or tells, by its name. A rejection is passed on without its reason. */
export type Handlers = Readonly<Record<string, (body: unknown) => unknown>>;

/** Most questions of this end that wait for their answers. */
const MOST_QUESTIONS = 20_000;

/** The other end did not answer: it is gone, it failed, or it took too long. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(what: string) {
    super(`The other process did not answer: ${what}.`);
  }
}

const wire = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ask'), number: z.number(), what: z.string(), body: z.unknown() }),
  z.object({ kind: z.literal('tell'), what: z.string(), body: z.unknown() }),
  z.object({ kind: z.literal('answer'), number: z.number(), body: z.unknown() }),
  z.object({ kind: z.literal('failure'), number: z.number() }),
]);
type PeerMessage = z.infer<typeof wire>;

interface Question {
  readonly answer: (body: unknown) => void;
  readonly fail: () => void;
}

/** Questions, answers and news between two processes. */
export class Peer {
  readonly #channel: Channel;
  readonly #onFailure: (what: string, error: unknown) => void;
  #handlers: Handlers = {};
  readonly #questions = new Map<number, Question>();
  #asked = 0;
  #isClosed = false;

  /** `onFailure` is told of what this end failed to do for the other one, which learns only that it failed. */
  constructor(channel: Channel, onFailure: (what: string, error: unknown) => void = () => undefined) {
    this.#channel = channel;
    this.#onFailure = onFailure;
    channel.listen((message) => {
      const read = wire.safeParse(message);
      if (read.success && !this.#isClosed) this.#take(read.data);
    });
  }

  /** Adds handlers for what the other end asks or tells from now on. */
  handle(handlers: Handlers): void {
    this.#handlers = { ...this.#handlers, ...handlers };
  }

  /** Rejects with `NoAnswer` after that time at the latest. */
  ask(what: string, body: unknown, milliseconds: number): Promise<unknown> {
    if (this.#isClosed || this.#questions.size >= MOST_QUESTIONS) return Promise.reject(new NoAnswer(what));
    this.#asked += 1;
    const number = this.#asked;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#questions.delete(number);
      };
      const fail = (): void => {
        end();
        reject(new NoAnswer(what));
      };
      const timer = setTimeout(fail, milliseconds);
      const answer = (given: unknown): void => {
        end();
        resolve(given);
      };
      this.#questions.set(number, { answer, fail });
      this.#send({ kind: 'ask', number, what, body });
    });
  }

  /** `sent` is called when the message has left this process. */
  tell(what: string, body: unknown, sent: () => void = () => undefined): void {
    if (this.#isClosed) sent();
    else this.#send({ kind: 'tell', what, body }, sent);
  }

  /** The other end is gone: what it was asked fails. */
  close(): void {
    this.#isClosed = true;
    for (const { fail } of [...this.#questions.values()]) fail();
  }

  #send(message: PeerMessage, sent: () => void = () => undefined): void {
    this.#channel.send(message, sent);
  }

  #take(message: PeerMessage): void {
    if (message.kind === 'tell') {
      void this.#heed(message.what, message.body);
      return;
    }
    if (message.kind === 'ask') {
      void this.#answer(message.number, message.what, message.body);
      return;
    }
    const question = this.#questions.get(message.number);
    if (message.kind === 'answer') question?.answer(message.body);
    else question?.fail();
  }

  async #heed(what: string, body: unknown): Promise<void> {
    try {
      await this.#handlers[what]?.(body);
    } catch (error) {
      this.#onFailure(what, error);
    }
  }

  async #answer(number: number, what: string, body: unknown): Promise<void> {
    try {
      const answer = await this.#handlers[what]?.(body);
      this.#send({ kind: 'answer', number, body: answer ?? null });
    } catch (error) {
      this.#onFailure(what, error);
      this.#send({ kind: 'failure', number });
    }
  }
}
