import { defaultFieldResolver, isIntrospectionType, isObjectType, lexicographicSortSchema } from 'graphql';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { FieldTrace } from './field-trace.ts';

/** The trace of an operation, by its context. Null: it is not traced. */
export type TraceOf = (context: unknown) => FieldTrace | null;

/** A copy of a schema whose fields record how long they take. Answers are the same. */
export function tracedSchema(schema: GraphQLSchema, traceOf: TraceOf): GraphQLSchema {
  // Sorting makes new types, which keep their resolvers. The order of fields matters to no answer.
  const copy = lexicographicSortSchema(schema);
  for (const type of Object.values(copy.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields()))
      field.resolve = traced(field.resolve ?? defaultFieldResolver, traceOf);
  }
  return copy;
}

type Resolver = GraphQLFieldResolver<unknown, unknown>;

function traced(resolve: Resolver, traceOf: TraceOf): Resolver {
  return (source, args, context, info) => {
    const end = traceOf(context)?.begin(info) ?? null;
    if (end === null) return resolve(source, args, context, info);
    let result: unknown;
    try {
      result = resolve(source, args, context, info);
    } catch (error) {
      end();
      throw error;
    }
    if (result instanceof Promise) result.then(end, end);
    else end();
    return result;
  };
}
