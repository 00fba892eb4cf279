import { isObjectType } from 'graphql';
import type { GraphQLSchema } from 'graphql';

const introspected = new WeakMap<GraphQLSchema, Readonly<Record<string, number>>>();

/** The average lengths of introspection lists, by type and field. */
export function introspectionSizes(schema: GraphQLSchema): Readonly<Record<string, number>> {
  const known = introspected.get(schema);
  if (known !== undefined) return known;
  const types = Object.values(schema.getTypeMap());
  const fields = types.flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []));
  const parameters = fields.reduce((count, field) => count + field.args.length, 0);
  const sizes = {
    '__Schema.types': types.length,
    '__Schema.directives': schema.getDirectives().length,
    '__Type.fields': fields.length / types.length,
    '__Field.args': parameters / Math.max(1, fields.length),
  };
  introspected.set(schema, sizes);
  return sizes;
}
