import { execute, GraphQLError, parse, subscribe } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { errorOf } from './answer.ts';
import type { TypedDocumentString } from './generated/graphql.ts';
import type { Graph } from './graph.ts';
import { schema } from '../../../schema/index.ts';
import { createContext } from '../../context.ts';
import { createCall } from '../../domain/call.ts';
import { TributaryError } from '../../domain/errors.ts';
import { cursorAfter } from '../../export/cursor-after.ts';
import { FORMATS } from '../../export/formats.ts';
import type { ExportEnd } from '../../export/walk.ts';
import { writeLogs } from '../../export/write.ts';
import type { Federation } from '../../federation/api.ts';

/** The graph of a federation in this process. */
export function graphOf(federation: Federation, signal: AbortSignal): Graph {
  function argumentsOf<Result, Variables extends Readonly<Record<string, unknown>>>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ) {
    return {
      schema,
      document: parse(document.toString()),
      variableValues: variables,
      // A context caches what it has read, so each operation gets a new one.
      contextValue: createContext(federation, { signal, authorization: null }),
    };
  }

  return {
    goesOn: false,
    async run(document, variables) {
      return dataOf(document, await execute(argumentsOf(document, variables)));
    },
    async *subscribe(document, variables) {
      const answers = await subscribe(argumentsOf(document, variables));
      if (!(Symbol.asyncIterator in answers)) {
        dataOf(document, answers);
        return;
      }
      for await (const answer of answers) yield dataOf(document, answer);
    },
    async *exportLogs({ jobs, filter, after, format }) {
      const ends: ExportEnd[] = [];
      const scopes = jobs.map(({ source, key }) => ({ source, scope: { job: key } }));
      const request = { scopes, filter };
      yield* writeLogs(
        federation,
        { ...request, after: after === undefined ? null : cursorAfter(after, request, federation) },
        { ...FORMATS[format], end: () => '' },
        {
          newCall: () => createCall({ signal }),
          gone: new AbortController().signal,
          stopping: signal,
          onEnd: (ended) => ends.push(ended),
        },
      );
      const [end] = ends;
      if (end === undefined) throw new Error('An export did not say how it ended.');
      return end;
    },
  };
}

function dataOf<Result, Variables>(
  _document: TypedDocumentString<Result, Variables>,
  { data, errors = [] }: ExecutionResult,
): Result {
  const [error] = errors;
  if (error !== undefined) throw causeOf(error);
  // The typed document determines the type of its answer.
  return data as Result;
}

/** The error that a resolver threw, or the error of the operation itself. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  const { originalError } = error;
  if (originalError === undefined) return errorOf(error);
  return originalError instanceof GraphQLError || originalError instanceof TributaryError
    ? causeOf(originalError)
    : originalError;
}
