import { execute, parse, validate } from 'graphql';
import type { DocumentNode, ExecutionResult } from 'graphql';
import { createContext } from '../../src/context.ts';
import type { Federation } from '../../src/federation/api.ts';
import { executeCompiled } from '../../src/server/graphql/compiled-queries.ts';
import { schema } from '../../schema/index.ts';

/** The two executors that the graph must behave the same under. */
export const EXECUTORS = { interpreted, compiled };

type Variables = Record<string, unknown>;

function contextOf(federation: Federation) {
  return createContext(federation, { signal: new AbortController().signal, authorization: null });
}

function valid(query: string): DocumentNode {
  const document = parse(query);
  const errors = validate(schema, document);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return document;
}

async function interpreted(federation: Federation, query: string, variableValues: Variables = {}) {
  const contextValue = contextOf(federation);
  return plain(await execute({ schema, document: valid(query), contextValue, variableValues }));
}

async function compiled(federation: Federation, query: string, variableValues: Variables = {}) {
  const contextValue = contextOf(federation);
  return plain(await executeCompiled({ schema, document: valid(query), contextValue, variableValues }));
}

/** As a client sees it. */
function plain({ data, errors }: ExecutionResult) {
  return {
    data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
    errors: (errors ?? []).map(({ message, path, originalError }) => ({
      path: path?.join('.'),
      message,
      code: (originalError as { code?: string } | undefined)?.code,
    })),
  };
}
