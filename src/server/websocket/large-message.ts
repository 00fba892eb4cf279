import { randomUUID } from 'node:crypto';
import type { ExecutionArgs, FormattedExecutionResult, GraphQLError } from 'graphql';
import type { GraphContext } from '../../../resolvers/context.ts';
import { isLarge } from '../graphql/large-answers.ts';
import { jsonInTurns } from '../graphql/json-writer.ts';

/** Stands for a large answer in the message that graphql-ws writes. No client can know it. */
const PLACE = randomUUID();

/** The text of the large answer in the message that graphql-ws is writing; null: none. It sends each message right after writing it. */
let writing: string | null = null;

/**
 * For `onNext` of graphql-ws, which writes each message at once: a large answer is written in pieces before, and its message holds
 * `PLACE` instead. Undefined: the answer is not large.
 */
export async function writtenAhead(
  { contextValue }: ExecutionArgs,
  result: { readonly errors?: readonly GraphQLError[] | undefined },
): Promise<FormattedExecutionResult | undefined> {
  // Made by `createContext`: there is no other.
  const { call } = contextValue as GraphContext;
  // An HTTP status has no meaning here.
  for (const { extensions } of result.errors ?? []) delete extensions['http'];
  if (!isLarge(call.budget.used)) return undefined;
  const { errors, ...rest } = result;
  const shown = { ...rest, ...(errors && { errors: errors.map((error) => error.toJSON()) }) };
  const text = await jsonInTurns(shown);
  const toJSON = (): string => {
    writing = text;
    return PLACE;
  };
  // graphql-ws takes it for an answer, and only writes it.
  return { toJSON } as FormattedExecutionResult;
}

/** The message with the large answer in its place. */
export function withLargeAnswer(message: string): string {
  if (writing === null) return message;
  const text = writing;
  writing = null;
  return message.replace(`"${PLACE}"`, () => text);
}
