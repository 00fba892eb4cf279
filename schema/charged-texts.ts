import { getNullableType, isNonNullType, isObjectType, isScalarType } from 'graphql';
import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { GraphContext } from '../resolvers/context.ts';
import { hasCode } from '../src/domain/errors.ts';
import { sizeOfJson } from '../src/domain/json.ts';

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;

type NamedField = Pick<GraphQLField<unknown, unknown>, 'name' | 'type'>;

/** Shorter texts are bounded by the limit of work. */
const LONG_CHARACTERS = 256;

/** Scalars that hold texts of vendors. */
const SCALARS_WITH_TEXT: ReadonlySet<string> = new Set(['String', 'ID', 'JSON']);

/** Fields whose own resolvers charge their texts. */
const CHARGED: ReadonlySet<string> = new Set(['LogEntry.message', 'LogEntry.attributes']);

/** Fields that stay plain properties, because rows are read most: an id is short, and `chargeCursors` counts cursors. */
const isPlain = (type: string, field: string): boolean =>
  (type === 'LogEntry' && field === 'id') || (type.endsWith('Edge') && field === 'cursor');

/** Types whose texts are charged by the field that returns them: `LogEntry.exceptions`. */
const CHARGED_ABOVE: ReadonlySet<string> = new Set(['LogException', 'StackFrame']);

/**
 * Charges long texts to the operation's budget each time that they are selected. A vendor's name, status or key may be
 * as long as a message, and a query may select it under a hundred names.
 */
export function chargeLongTexts(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    // Names of introspection and of federation begin so: their texts are our own.
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      if (!isChargeable(type.name, field)) continue;
      const resolve = resolverOf(field as GraphQLField<unknown, GraphContext>);
      const charged = CHARGED.has(`${type.name}.${field.name}`) ? resolve : charging(resolve);
      field.resolve = isNonNullType(field.type) ? charged : nullOnceKnown(charged);
    }
  }
  return schema;
}

function isChargeable(type: string, field: NamedField): boolean {
  return holdsText(field) && !isPlain(type, field.name) && !CHARGED_ABOVE.has(type);
}

/** Texts of this field with more characters are charged; infinite: none is. */
export function longestUncharged(type: string, field: NamedField): number {
  return isChargeable(type, field) ? LONG_CHARACTERS : Infinity;
}

function holdsText({ type }: NamedField): boolean {
  const leaf = getNullableType(type);
  return isScalarType(leaf) && SCALARS_WITH_TEXT.has(leaf.name);
}

function resolverOf({ name, resolve }: GraphQLField<unknown, GraphContext>): Resolver {
  return resolve ?? ((source) => (source as Readonly<Record<string, unknown>>)[name]);
}

function charging(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const value = resolve(source, args, context, info);
    if (typeof value === 'string') return value.length > LONG_CHARACTERS ? charged(value, context) : value;
    return value instanceof Promise ? value.then((text: unknown) => charged(text, context)) : charged(value, context);
  };
}

/** A hundred thousand fields may exceed a budget. The first hundred say so, and the others are only null. */
function nullOnceKnown(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const nothing = (error: unknown): null => {
      if (hasCode(error, 'UPSTREAM_BUDGET_EXCEEDED') && context.call.budget.isKnownToBeOver) return null;
      throw error;
    };
    try {
      const value = resolve(source, args, context, info);
      return value instanceof Promise ? value.catch(nothing) : value;
    } catch (error) {
      return nothing(error);
    }
  };
}

function charged<T>(value: T, { call }: GraphContext): T {
  if (typeof value === 'string') {
    if (value.length > LONG_CHARACTERS) call.budget.showBytes(Buffer.byteLength(value));
  } else if (typeof value === 'object' && value !== null) call.budget.showBytes(sizeOfJson(value));
  return value;
}
