import { Kind, valueFromASTUntyped, visit } from 'graphql';
import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/** The fields of that name beside a field, per place of that field in a document. Documents are parsed once and kept. */
const siblings = new WeakMap<FieldNode, readonly FieldNode[]>();

/**
 * The arguments of every field called `name` that is selected for the same object as the field being
 * resolved (through fragments too), with the operation's variables put in.
 */
export function besideField(info: GraphQLResolveInfo, name: string): Record<string, unknown>[] {
  const [field] = info.fieldNodes;
  if (field === undefined) return [];
  let found = siblings.get(field);
  if (found === undefined) {
    found = selectionSets(info)
      .map((set) => fieldsOf(set, info, new Set()))
      .filter((fields) => fields.includes(field))
      .flatMap((fields) => fields.filter((sibling) => sibling.name.value === name));
    siblings.set(field, found);
  }
  return found.map((sibling) => argumentsOf(sibling, info));
}

function selectionSets(info: GraphQLResolveInfo): SelectionSetNode[] {
  const sets: SelectionSetNode[] = [];
  for (const definition of [info.operation, ...Object.values(info.fragments)]) {
    visit(definition, { SelectionSet: (set) => void sets.push(set) });
  }
  return sets;
}

/** The fields that a selection set selects itself, with what its fragments select. */
function fieldsOf(set: SelectionSetNode, info: GraphQLResolveInfo, seen: Set<string>): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, info, seen);
    const fragment = info.fragments[selection.name.value];
    if (fragment === undefined || seen.has(fragment.name.value)) return [];
    seen.add(fragment.name.value);
    return fieldsOf(fragment.selectionSet, info, seen);
  });
}

function argumentsOf(field: FieldNode, info: GraphQLResolveInfo): Record<string, unknown> {
  return Object.fromEntries(
    (field.arguments ?? []).map((argument) => [
      argument.name.value,
      valueFromASTUntyped(argument.value, info.variableValues),
    ]),
  );
}
