import { isObjectType } from 'graphql';
import type { GraphQLField, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { GraphContext } from '../resolvers/context.ts';
import { longestUncharged } from './charged-texts.ts';

/**
 * Fields that can be written as text row by row, without an object, a path and a promise for each. Fields that are exposed
 * properties are plain by themselves. A field with a resolver is declared with `extensions: PLAIN`, and a list with
 * `extensions: rowList(…)`.
 */

/** Declares that a resolver needs only its object, arguments and context: it takes no `info`, and returns no promise. */
export const PLAIN = { isPlain: true } as const;

/** What a plain field needs to be read. */
export interface PlainField {
  /**
   * The property that has the value, if it is exposed. A text there of at most `longest` characters, a number and null are the
   * value; others are read with `read`.
   */
  readonly property: string | null;
  readonly longest: number;
  /** The value. May throw; charges the budget. */
  readonly read: (source: unknown, args: Readonly<Record<string, unknown>>, context: GraphContext) => unknown;
}

/** The rows of a list field, before their fields are resolved. */
export interface RowList<P = unknown, R = unknown> {
  readonly rowsOf: (parent: P, context: GraphContext, info: GraphQLResolveInfo) => Promise<readonly R[]>;
  /** See `inTurns`. */
  readonly weightOf: ((row: R) => number) | undefined;
}

/** Declares how the rows of a list field are read. */
export function rowList<P, R>(
  rowsOf: RowList<P, R>['rowsOf'],
  weightOf: RowList<P, R>['weightOf'],
): { readonly rowList: RowList<P, R> } {
  return { rowList: { rowsOf, weightOf } };
}

/** The list that a field was declared with, or null. */
export function rowListOf({ extensions }: GraphQLField<unknown, unknown>): RowList | null {
  // Only `rowList` sets it.
  return (extensions['rowList'] as RowList | undefined) ?? null;
}

/** How a plain field is read; null: the field is not plain. */
export function plainFieldOf({ extensions }: GraphQLField<unknown, unknown>): PlainField | null {
  // Only `keepPlainFields` sets it.
  return (extensions['plainField'] as PlainField | undefined) ?? null;
}

/** Keeps how each plain field is read. Its resolver must be complete, but still throw: see `rejectInsteadOfThrow`. */
export function keepPlainFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      const plain = plainOf(type.name, field as GraphQLField<unknown, GraphContext>);
      if (plain !== null) field.extensions = { ...field.extensions, plainField: plain };
    }
  }
  return schema;
}

function plainOf(type: string, field: GraphQLField<unknown, GraphContext>): PlainField | null {
  const { name, resolve, extensions } = field;
  // Set by the schema builder.
  const exposed = extensions['pothosExposedField'];
  const property = exposed === name ? name : null;
  if (property === null && extensions['isPlain'] !== true) return null;
  const read: PlainField['read'] =
    resolve === undefined
      ? (source) => (source as Readonly<Record<string, unknown>>)[name]
      : // A plain resolver takes no info.
        (source, args, context) => resolve(source, args, context, undefined as never);
  return { property, longest: longestUncharged(type, field), read };
}
