import { GraphQLError, isEnumType } from 'graphql';
import type { GraphQLLeafType } from 'graphql';

/** Values of this kind are given as they are; any other value goes through the type's serializer. */
export type LeafKind = 'text' | 'integer' | 'other';

const KINDS: Readonly<Record<string, LeafKind>> = {
  String: 'text',
  ID: 'text',
  DateTime: 'text',
  Duration: 'text',
  Int: 'integer',
};

/** `text`: the serializer returns a text as it is. `integer`: a whole number of 32 bits. */
export function leafKind(type: GraphQLLeafType): LeafKind {
  return isEnumType(type) ? 'other' : (KINDS[type.name] ?? 'other');
}

/** The serializer of a type, for values that are not null. */
export function leafSerializer(type: GraphQLLeafType): (value: unknown) => unknown {
  const names = new Map(isEnumType(type) ? type.getValues().map(({ name, value }) => [value as unknown, name]) : []);
  return (value) => {
    const name = names.get(value);
    if (name !== undefined) return name;
    const serialized: unknown = type.serialize(value);
    if (serialized !== undefined && serialized !== null) return serialized;
    throw new GraphQLError(`A value of ${type.name} could not be serialized.`);
  };
}
