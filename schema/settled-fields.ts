import { isObjectType } from 'graphql';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { GraphContext } from '../resolvers/context.ts';

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;

/**
 * Makes every resolver that throws reject instead. The executor leaves the rows of a list as soon as one
 * throws, and with it the promises of the rows before: when one of those fails, nothing hears it, and Node
 * ends the process. Of rows that reject it waits for all.
 */
export function rejectInsteadOfThrow(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve !== undefined) field.resolve = rejecting(field.resolve);
    }
  }
  return schema;
}

function rejecting(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    try {
      return resolve(source, args, context, info);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error('A field failed.', { cause: error }));
    }
  };
}
