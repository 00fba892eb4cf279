import type { Plugin } from 'graphql-yoga';
import type { GraphQLSchema } from 'graphql';
import type { AdmittedContext } from '../access/admit-operations.ts';
import type { Present } from '../graphql/errors.ts';
import { inlineTraces } from './inline-traces.ts';

/** Traces of fields for the callers that explanations are for, because both show what calls take. Errors are as in the answer. */
export function fieldTraces(schema: GraphQLSchema, present: Present): Plugin {
  return inlineTraces<AdmittedContext>(
    schema,
    ({ access }) => access.allows('explain'),
    (error, { requestId }) => present(error, requestId),
  );
}
