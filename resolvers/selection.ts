import { isAbstractType, isObjectType, Kind, valueFromASTUntyped } from 'graphql';
import type { GraphQLResolveInfo, SelectionNode } from 'graphql';

/**
 * True if the client selects any field of this type that is not in `known`. Follows fragments; ignores fields that
 * `@skip` and `@include` exclude, and fragments on types that `typeName` cannot be.
 */
export function selectsBeyond(info: GraphQLResolveInfo, typeName: string, known: ReadonlySet<string>): boolean {
  return selectedNames(info, typeName).some((name) => !known.has(name));
}

/** The names of the selected fields of this type, by the same rules. */
export function selectedNames(info: GraphQLResolveInfo, typeName: string): readonly string[] {
  return info.fieldNodes.flatMap(({ selectionSet }) =>
    fieldNames(selectionSet?.selections ?? [], info, typeName, new Set()),
  );
}

/** Fields that count as several, because they take as long: a cursor has to be sealed. */
const FIELDS_OF: Readonly<Record<string, number>> = { cursor: 6, id: 2 };

/** The number of fields selected here and below, weighted by the time that they take, and counted up to `most`. */
export function fieldCount(info: GraphQLResolveInfo, most: number): number {
  let count = 0;
  const visit = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (count >= most) return;
      count += selection.kind === Kind.FIELD ? (FIELDS_OF[selection.name.value] ?? 1) : 1;
      const named = selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
      visit(named?.selectionSet?.selections ?? []);
    }
  };
  for (const { selectionSet } of info.fieldNodes) visit(selectionSet?.selections ?? []);
  return count;
}

function fieldNames(
  selections: readonly SelectionNode[],
  info: GraphQLResolveInfo,
  typeName: string,
  seen: Set<string>,
): string[] {
  return selections.flatMap((selection) => {
    if (!isIncluded(selection, info)) return [];
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (!canBe(selection.typeCondition?.name.value, info, typeName)) return [];
      return fieldNames(selection.selectionSet.selections, info, typeName, seen);
    }
    const fragment = info.fragments[selection.name.value];
    if (fragment === undefined || seen.has(fragment.name.value)) return [];
    seen.add(fragment.name.value);
    if (!canBe(fragment.typeCondition.name.value, info, typeName)) return [];
    return fieldNames(fragment.selectionSet.selections, info, typeName, seen);
  });
}

function isIncluded(selection: SelectionNode, info: GraphQLResolveInfo): boolean {
  for (const directive of selection.directives ?? []) {
    const condition = directive.arguments?.find((argument) => argument.name.value === 'if');
    const value = condition === undefined ? undefined : valueFromASTUntyped(condition.value, info.variableValues);
    if (directive.name.value === 'skip' && value === true) return false;
    if (directive.name.value === 'include' && value === false) return false;
  }
  return true;
}

function canBe(condition: string | undefined, info: GraphQLResolveInfo, typeName: string): boolean {
  if (condition === undefined || condition === typeName) return true;
  const abstract = info.schema.getType(condition);
  const type = info.schema.getType(typeName);
  return isAbstractType(abstract) && isObjectType(type) && info.schema.isSubType(abstract, type);
}
