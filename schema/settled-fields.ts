import { asError } from '../src/domain/errors.ts';
import { isObjectType } from 'graphql';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { GraphContext } from '../resolvers/context.ts';

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;

/**
 * Makes every resolver that throws reject instead. If a resolver of a list item throws, the executor leaves the list at
 * once and abandons the promises of earlier items. When one of those rejects, nobody handles it and Node ends the
 * process. For items that reject, the executor waits for all.
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
      return Promise.reject(asError(error));
    }
  };
}
