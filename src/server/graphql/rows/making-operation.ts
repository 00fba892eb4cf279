import {
  extendSchema,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import type { GraphContext } from '../../../../resolvers/context.ts';
import { rowListOf } from '../../../../schema/plain-fields.ts';
import type { RowList } from '../../../../schema/plain-fields.ts';
import { rowMaker } from './row-maker.ts';
import type { RowMaker } from './row-maker.ts';
import { makeRows } from './make-rows.ts';

/** What the compiler sees of such a list: a leaf, in a field beside the list. The client sees neither. */
const LEAF = 'MadeRows_';
const SUFFIX = '_made';

export interface MakingOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
}

const making = new WeakMap<GraphQLSchema, GraphQLSchema>();
/** By the node of the list's field. */
const makers = new WeakMap<FieldNode, RowMaker>();

/**
 * The same plain operation with lists whose rows are made at once, where all selected fields of a row are plain. Null: it has no such
 * list.
 */
export function makingOperation(schema: GraphQLSchema, { definitions }: DocumentNode): MakingOperation | null {
  const [operation] = definitions as readonly OperationDefinitionNode[];
  const root = operation === undefined ? undefined : schema.getRootType(operation.operation);
  if (operation === undefined || root === undefined || root === null) return null;
  const selectionSet = made(schema, root, operation.selectionSet);
  if (selectionSet === operation.selectionSet) return null;
  return {
    schema: makingSchema(schema),
    document: { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }] },
  };
}

/** Returns the same selection if no rows in it are made at once. `type`: null for an abstract type, whose selection has fragments alone. */
function made(schema: GraphQLSchema, type: GraphQLObjectType | null, set: SelectionSetNode): SelectionSetNode {
  const selections = set.selections.map((selection) => madeSelection(schema, type, selection));
  return selections.some((selection, index) => selection !== set.selections[index]) ? { ...set, selections } : set;
}

function madeSelection(schema: GraphQLSchema, type: GraphQLObjectType | null, selection: SelectionNode): SelectionNode {
  if (selection.kind === Kind.FIELD) return type === null ? selection : madeField(schema, type, selection);
  // A plain operation has fragments on object types, to tell those of an abstract type apart.
  if (selection.kind !== Kind.INLINE_FRAGMENT) return selection;
  const inner = schema.getType(selection.typeCondition?.name.value ?? '');
  if (!isObjectType(inner)) return selection;
  const selectionSet = made(schema, inner, selection.selectionSet);
  return selectionSet === selection.selectionSet ? selection : { ...selection, selectionSet };
}

function madeField(schema: GraphQLSchema, type: GraphQLObjectType, node: FieldNode): FieldNode {
  const field = type.getFields()[node.name.value];
  const { selectionSet } = node;
  if (field === undefined || selectionSet === undefined) return node;
  const inner = getNamedType(field.type);
  const maker = isMakeable(field) && isObjectType(inner) ? rowMaker(inner, selectionSet) : null;
  if (maker !== null) {
    const named: FieldNode = {
      ...node,
      alias: node.alias ?? node.name,
      name: { ...node.name, value: node.name.value + SUFFIX },
    };
    makers.set(named, maker);
    return named;
  }
  const changed = made(schema, isObjectType(inner) ? inner : null, selectionSet);
  return changed === selectionSet ? node : { ...node, selectionSet: changed };
}

/** A declared list of rows that are never null. */
function isMakeable(field: GraphQLField<unknown, unknown>): boolean {
  const list = getNullableType(field.type);
  return rowListOf(field) !== null && isListType(list) && isNonNullType(list.ofType);
}

/** The schema with a field beside each declared list. */
function makingSchema(schema: GraphQLSchema): GraphQLSchema {
  const known = making.get(schema);
  if (known !== undefined) return known;
  const lists = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type: type.name, field })))
    .filter(({ field }) => isMakeable(field));
  const added = lists.map(
    ({ type, field }) =>
      `extend type ${type} { ${field.name}${SUFFIX}: ${LEAF}${isNonNullType(field.type) ? '!' : ''} }`,
  );
  const extended = extendSchema(schema, parse([`scalar ${LEAF}`, ...added].join('\n')), { assumeValid: true });
  for (const { type, field } of lists) {
    const beside = fieldOf(extended, type, field.name + SUFFIX);
    const list = rowListOf(field);
    if (beside !== undefined && list !== null) beside.resolve = resolverOf(list);
  }
  making.set(schema, extended);
  return extended;
}

function fieldOf(schema: GraphQLSchema, type: string, name: string): GraphQLField<unknown, GraphContext> | undefined {
  const found = schema.getType(type);
  return isObjectType(found) ? found.getFields()[name] : undefined;
}

function resolverOf(list: RowList): GraphQLFieldResolver<unknown, GraphContext> {
  return (parent, _args, context, info) => {
    const [node] = info.fieldNodes;
    const maker = node === undefined ? undefined : makers.get(node);
    if (maker === undefined) throw new Error('Rows are made without their maker.');
    return makeRows(list, maker, parent, context, info);
  };
}
