import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  typeFromAST,
  TypeMetaFieldDef,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  TypeNode,
} from 'graphql';

/**
 * An operation as the executor sees it: fragments are expanded, and fields of one response key are merged. Equal
 * selections share one object, so a document of a thousand bytes that expands to a million fields stays small here.
 */

/** Fields of one response key. */
export interface MergedField {
  readonly name: string;
  readonly type: GraphQLOutputType;
  /** The first of the merged fields. In a valid document, all have the same arguments. */
  readonly node: FieldNode;
  /** The selection on each type that the field can return; empty for a scalar. */
  readonly selections: readonly MergedSelection[];
}

/** The selection on one object type. */
export interface MergedSelection {
  readonly type: GraphQLObjectType;
  readonly fields: readonly MergedField[];
}

/** How much of the document has been visited. Grows while a selection is merged. */
interface MergeCost {
  /** Selections that were visited. */
  fields: number;
  /** Pairs of fields that validation will compare. A pair of objects costs as much as a hundred pairs of scalars. */
  comparisons: number;
}

/** The value of a variable in `@include` or `@skip`; undefined: unknown, so the selection is kept. */
type Holds = (variable: string) => boolean | undefined;

const SCALAR_COMPARISON = 0.01;

/**
 * Merges an operation's selections. The document need not be valid. Null: merging would take more than `mostFields`
 * steps, or the schema has no such root type.
 */
export function mergeSelection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  holds: Holds,
  cost: MergeCost,
  mostFields: number,
): MergedSelection | null {
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null) return null;
  try {
    return new Merger(schema, fragmentsOf(document), holds, cost, mostFields).select(root, [operation.selectionSet]);
  } catch (error) {
    if (error instanceof TooManyFields) return null;
    throw error;
  }
}

class TooManyFields extends Error {}

class Merger {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #holds: Holds;
  readonly #cost: MergeCost;
  readonly #mostFields: number;
  readonly #numbers = new Map<FieldNode, number>();
  /** Keyed by the type and the numbers of all its fields. */
  readonly #merged = new Map<string, MergedSelection>();

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    holds: Holds,
    cost: MergeCost,
    mostFields: number,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#holds = holds;
    this.#cost = cost;
    this.#mostFields = mostFields;
  }

  select(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): MergedSelection {
    const collected: FieldNode[] = [];
    const seen = new Set<string>();
    for (const set of sets) this.#collect(type, set, collected, seen);
    const key = `${type.name} ${collected.map((node) => this.#numberOf(node)).join(' ')}`;
    const known = this.#merged.get(key);
    if (known !== undefined) return known;
    const fields: MergedField[] = [];
    const selection = { type, fields };
    // Set before the fields are merged: an invalid document may contain a selection that refers to itself.
    this.#merged.set(key, selection);
    for (const nodes of grouped(collected).values()) {
      const field = this.#fieldOf(type, nodes);
      if (field !== null) fields.push(field);
    }
    return selection;
  }

  #fieldOf(parent: GraphQLObjectType, nodes: readonly FieldNode[]): MergedField | null {
    const [node] = nodes;
    const type = node === undefined ? undefined : typeOfField(this.#schema, parent, node.name.value);
    const pairs = (nodes.length * (nodes.length - 1)) / 2;
    const named = type === undefined ? undefined : getNamedType(type);
    const isObject = isCompositeType(named);
    this.#cost.comparisons += isObject ? pairs : pairs * SCALAR_COMPARISON;
    if (node === undefined || type === undefined) return null;
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    const selections = isObject ? this.#possible(named).map((one) => this.select(one, sets)) : [];
    return { name: node.name.value, type, node, selections };
  }

  #possible(type: GraphQLCompositeType): readonly GraphQLObjectType[] {
    return isObjectType(type) ? [type] : this.#schema.getPossibleTypes(type);
  }

  /** Implements CollectFields of the GraphQL specification. */
  #collect(type: GraphQLObjectType, { selections }: SelectionSetNode, collected: FieldNode[], seen: Set<string>): void {
    for (const selection of selections) {
      this.#cost.fields += 1;
      if (this.#cost.fields > this.#mostFields) throw new TooManyFields();
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        collected.push(selection);
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (this.#applies(selection.typeCondition, type)) this.#collect(type, selection.selectionSet, collected, seen);
        continue;
      }
      const fragment = this.#fragments.get(selection.name.value);
      if (fragment === undefined || seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
      if (this.#applies(fragment.typeCondition, type)) this.#collect(type, fragment.selectionSet, collected, seen);
    }
  }

  #applies(condition: TypeNode | undefined, type: GraphQLObjectType): boolean {
    if (condition?.kind !== Kind.NAMED_TYPE) return true;
    const named = typeFromAST(this.#schema, condition);
    return named === type || (isAbstractType(named) && this.#schema.isSubType(named, type));
  }

  #isIncluded({ directives = [] }: SelectionNode): boolean {
    return directives.every(({ name, arguments: given = [] }) => {
      if (name.value !== 'include' && name.value !== 'skip') return true;
      const value = given.find((one) => one.name.value === 'if')?.value;
      const condition =
        value?.kind === Kind.VARIABLE
          ? this.#holds(value.name.value)
          : value?.kind === Kind.BOOLEAN
            ? value.value
            : undefined;
      return condition === undefined || condition === (name.value === 'include');
    });
  }

  #numberOf(node: FieldNode): number {
    const known = this.#numbers.get(node);
    if (known !== undefined) return known;
    this.#numbers.set(node, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}

function grouped(nodes: readonly FieldNode[]): ReadonlyMap<string, FieldNode[]> {
  const groups = new Map<string, FieldNode[]>();
  for (const node of nodes) {
    const key = node.alias?.value ?? node.name.value;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return groups;
}

/** Undefined for a field that the type does not have, and for `__typename`, which costs nothing. */
function typeOfField(schema: GraphQLSchema, parent: GraphQLObjectType, name: string): GraphQLOutputType | undefined {
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef.type;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef.type;
  }
  return parent.getFields()[name]?.type;
}
