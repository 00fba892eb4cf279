import { defaultFieldResolver, isIntrospectionType, isObjectType, lexicographicSortSchema } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLError, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { FieldTrace } from './field-trace.ts';

/** The header by which a gateway of Apollo Federation asks for a trace, and its only value. */
export const TRACE_HEADER = 'apollo-federation-include-trace';
const FORMAT = 'ftv1';

const traces = new WeakMap<object, FieldTrace>();

/** True if the operation of this context is traced. Only the interpreter calls the resolvers that record. */
export function isTraced(context: unknown): boolean {
  return traceOf(context) !== null;
}

function traceOf(context: unknown): FieldTrace | null {
  return traces.get(context as object) ?? null;
}

/**
 * Adds to the answer of a query, in `extensions.ftv1`, how long each field took and its errors, where the header asks for it. Place this
 * plugin before the one that compiles queries. `mayTrace`: whether the caller of this context gets a trace; others get the answer alone.
 * `present` turns an error into the one that clients see. An answer in parts, and one over a WebSocket, has no trace.
 */
export function inlineTraces<Context extends object>(
  schema: GraphQLSchema,
  mayTrace: (context: Context) => boolean,
  present: (error: GraphQLError, context: Context) => GraphQLError,
): Plugin {
  let copy: GraphQLSchema | null = null;
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const context = (args as ExecutionArgs).contextValue as Context & { readonly request?: Request };
      if (context.request?.headers.get(TRACE_HEADER) !== FORMAT || !mayTrace(context)) return undefined;
      const trace = new FieldTrace();
      traces.set(context, trace);
      copy ??= tracedSchema(schema, traceOf);
      const traced = copy;
      setExecuteFn((given: ExecutionArgs) => executeFn({ ...given, schema: traced }) as unknown);
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return;
          const { errors: raw, extensions, ...rest } = result as ExecutionResult;
          const errors = raw?.map((error) => present(error, context));
          const ftv1 = trace.encoded(errors ?? []);
          setResult({ ...(errors && { errors }), ...rest, extensions: { ...extensions, ftv1 } });
        },
      };
    },
  };
}

/** The trace of an operation, by its context. Null: it is not traced. */
type TraceOf = (context: unknown) => FieldTrace | null;

/** A copy of a schema whose fields record how long they take. Answers are the same. */
function tracedSchema(schema: GraphQLSchema, traceOf: TraceOf): GraphQLSchema {
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
