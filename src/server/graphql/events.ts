import { createSourceEventStream, execute, getOperationAST, GraphQLError } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { asError } from '../../domain/errors.ts';

type Answer = Promise<ExecutionResult> | ExecutionResult;
type AnswerEvent = (event: unknown) => Answer;

/** Subscribes, and answers each event with what `compiled` returns. As long as it returns null, `graphql-js` answers. */
export async function subscribeByEvents(
  args: ExecutionArgs,
  compiled: () => AnswerEvent | null,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  let answer: AnswerEvent | null = null;
  return new AnsweredEvents(source[Symbol.asyncIterator](), args, (event) => {
    answer ??= compiled();
    return answer === null ? execute({ ...args, rootValue: event }) : answer(event);
  });
}

/** The answers to the events of a source. An error of the source ends the stream. */
class AnsweredEvents implements AsyncIterableIterator<ExecutionResult> {
  readonly #source: AsyncIterator<unknown>;
  readonly #args: ExecutionArgs;
  readonly #answer: AnswerEvent;

  constructor(source: AsyncIterator<unknown>, args: ExecutionArgs, answer: AnswerEvent) {
    this.#source = source;
    this.#args = args;
    this.#answer = answer;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    let step;
    try {
      step = await this.#source.next();
    } catch (error) {
      throw this.#named(error);
    }
    if (step.done === true) return DONE;
    return { done: false, value: await this.#answer(step.value) };
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    await this.#source.return?.();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult, undefined>> {
    await this.#source.return?.();
    throw this.#named(error);
  }

  /** The error with the operation as its place, as the executor of Yoga reports it. */
  #named(error: unknown): GraphQLError {
    const originalError = asError(error);
    const nodes = getOperationAST(this.#args.document, this.#args.operationName) ?? null;
    return new GraphQLError(originalError.message, { originalError, nodes });
  }
}

const DONE = { done: true, value: undefined } as const;
