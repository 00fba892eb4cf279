import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  typeFromAST,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  TypeNode,
} from 'graphql';

/**
 * Rewrites an operation in a plain form that every executor handles the same way: fragments only to distinguish the
 * types of an abstract field, no `@include` or `@skip`, each response key once and in the order of the answer, and
 * variables that are already coerced.
 */

/**
 * The largest plain operation, in units. Compiling takes a fifth of a millisecond per unit. Abstract types multiply the
 * units.
 */
const MOST_UNITS = 400;

/** A field with a selection takes as long to compile as this many without. */
const UNITS_OF_OBJECT = 4;

/**
 * A plain operation and its size: one unit for each leaf field, and `UNITS_OF_OBJECT` for each field with a selection.
 */
interface PlainDocument {
  readonly document: DocumentNode;
  readonly units: number;
}

/** The values of the variables in `@include` and `@skip`. */
export type Conditions = Readonly<Record<string, boolean>>;

/** Null: the operation queries the schema, has the key `__proto__`, or is too large when written out. */
export function plainDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Conditions,
): PlainDocument | null {
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null) return null;
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const plainer = new Plainer(schema, fragments, conditions);
  const selectionSet = plainer.selectionsOf(root, [operation.selectionSet]);
  if (selectionSet === null) return null;
  const variableDefinitions = (operation.variableDefinitions ?? []).map(({ variable, type }) => ({
    kind: Kind.VARIABLE_DEFINITION as const,
    variable,
    // Variables are already coerced: defaults are applied, and invalid nulls were refused.
    type: nullable(type),
  }));
  const definition = { ...operation, directives: [], variableDefinitions, selectionSet };
  return { document: { kind: Kind.DOCUMENT, definitions: [definition] }, units: plainer.units };
}

/** The names of all variables that decide what is selected, in a stable order. */
export function conditionNames(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      for (const condition of conditionsOf(selection)) {
        if (condition.value.kind === Kind.VARIABLE) names.add(condition.value.name.value);
      }
      if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet !== undefined)
        visit(selection.selectionSet);
    }
  };
  for (const definition of document.definitions) if ('selectionSet' in definition) visit(definition.selectionSet);
  return [...names].sort();
}

class Plainer {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #conditions: Conditions;
  units = 0;
  #isPlain = true;

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>, conditions: Conditions) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#conditions = conditions;
  }

  selectionsOf(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): SelectionSetNode | null {
    if (isObjectType(type)) return this.#selectionsOfObject(type, sets);
    const selections: SelectionNode[] = [];
    for (const possible of this.#schema.getPossibleTypes(type)) {
      const selectionSet = this.#selectionsOfObject(possible, sets);
      if (selectionSet === null) return null;
      const name = { kind: Kind.NAME as const, value: possible.name };
      const typeCondition = { kind: Kind.NAMED_TYPE as const, name };
      if (selectionSet.selections.length > 0)
        selections.push({ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet });
    }
    return { kind: Kind.SELECTION_SET, selections };
  }

  #selectionsOfObject(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): SelectionSetNode | null {
    const fields = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    for (const set of sets) this.#collect(type, set, fields, seen);
    if (!this.#isPlain) return null;
    const selections: FieldNode[] = [];
    for (const nodes of fields.values()) {
      const field = this.#fieldOf(type, nodes);
      if (field === null) return null;
      selections.push(field);
    }
    return { kind: Kind.SELECTION_SET, selections };
  }

  /** Merges the fields of one response key into one field. */
  #fieldOf(type: GraphQLObjectType, nodes: readonly FieldNode[]): FieldNode | null {
    const [first] = nodes;
    this.units += first?.selectionSet === undefined ? 1 : UNITS_OF_OBJECT;
    if (
      first === undefined ||
      this.units > MOST_UNITS ||
      first.name.value === '__schema' ||
      first.name.value === '__type'
    ) {
      return null;
    }
    const { selectionSet, ...rest } = first;
    if (selectionSet === undefined) return { ...rest, directives: [] };
    const field = type.getFields()[first.name.value];
    const inner = field === undefined ? undefined : getNamedType(field.type);
    if (!isCompositeType(inner)) return null;
    const sets = nodes.flatMap((node) => (node.selectionSet === undefined ? [] : [node.selectionSet]));
    const plain = this.selectionsOf(inner, sets);
    return plain === null ? null : { ...rest, directives: [], selectionSet: plain };
  }

  /** Implements CollectFields of the GraphQL specification. */
  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    fields: Map<string, FieldNode[]>,
    seen: Set<string>,
  ): void {
    for (const selection of selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        // The compiler's objects cannot have this as an own key.
        if (key === '__proto__') this.#isPlain = false;
        const nodes = fields.get(key);
        if (nodes === undefined) fields.set(key, [selection]);
        else nodes.push(selection);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (seen.has(selection.name.value)) continue;
        seen.add(selection.name.value);
      }
      if (this.#applies(fragment.typeCondition, type)) this.#collect(type, fragment.selectionSet, fields, seen);
    }
  }

  #applies(condition: TypeNode | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition.kind !== Kind.NAMED_TYPE) return true;
    const named = typeFromAST(this.#schema, condition);
    if (named === type) return true;
    return (isInterfaceType(named) || isAbstractType(named)) && this.#schema.isSubType(named, type);
  }

  #isIncluded(selection: SelectionNode): boolean {
    return conditionsOf(selection).every(({ name, value }) => {
      const holds =
        value.kind === Kind.VARIABLE ? this.#conditions[value.name.value] : value.kind === Kind.BOOLEAN && value.value;
      return name === 'include' ? holds === true : holds !== true;
    });
  }
}

function conditionsOf({ directives = [] }: SelectionNode) {
  return directives.flatMap(({ name, arguments: given = [] }) => {
    const argument = given.find((one) => one.name.value === 'if');
    const isCondition = name.value === 'include' || name.value === 'skip';
    return isCondition && argument !== undefined ? [{ name: name.value, value: argument.value }] : [];
  });
}

function nullable(type: TypeNode): TypeNode {
  return type.kind === Kind.NON_NULL_TYPE ? type.type : type;
}
