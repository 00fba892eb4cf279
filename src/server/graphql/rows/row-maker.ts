import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isLeafType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql';
import type { FieldNode, GraphQLField, GraphQLObjectType, SelectionSetNode } from 'graphql';
import { plainFieldOf } from '../../../../schema/plain-fields.ts';
import { leafKind, leafSerializer } from './leaf-values.ts';
import type { LeafKind } from './leaf-values.ts';
import type { PlannedField, RowRun } from './row-run.ts';

export interface RowMaker {
  readonly fields: readonly PlannedField[];
  /** The row as the client gets it. Failures are noted in the run. */
  readonly make: (row: unknown, run: RowRun) => unknown;
}

/**
 * Generates the function that makes rows with this selection, which has fields alone and each key once. Null: a field of it is not plain.
 * The code holds names of the schema and keys of the query, which are GraphQL names, and nothing else of the query.
 */
export function rowMaker(type: GraphQLObjectType, selectionSet: SelectionSetNode): RowMaker | null {
  const fields: PlannedField[] = [];
  const row = objectExpression(type, selectionSet, [], 'row', fields);
  if (row === null) return null;
  const body = `return function makeRow(row, run) {\nlet value;\nreturn ${row};\n}`;
  // The text is made here, of names alone.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  const make = new Function(body)() as RowMaker['make'];
  return { fields, make };
}

/** An object literal with the selected fields of `source`. */
function objectExpression(
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  path: readonly string[],
  source: string,
  fields: PlannedField[],
): string | null {
  const members: string[] = [];
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) return null;
    const key = (selection.alias ?? selection.name).value;
    const value =
      selection.name.value === '__typename'
        ? `"${type.name}"`
        : fieldExpression(type, selection, [...path, key], source, fields);
    if (value === null) return null;
    members.push(`"${key}": ${value}`);
  }
  return `{ ${members.join(', ')} }`;
}

function fieldExpression(
  type: GraphQLObjectType,
  node: FieldNode,
  path: readonly string[],
  source: string,
  fields: PlannedField[],
): string | null {
  const field = type.getFields()[node.name.value];
  const planned = field === undefined ? null : plannedField(type, field, node, path);
  if (field === undefined || planned === null) return null;
  const index = fields.push(planned) - 1;
  const inner = getNullableType(field.type);
  if (isLeafType(inner)) return leafExpression(planned, leafKind(inner), index, source);
  // An object that may be null, or a list, is left to the executor.
  if (!isObjectType(inner) || !planned.isNonNull || node.selectionSet === undefined) return null;
  const object = objectExpression(inner, node.selectionSet, path, 'object', fields);
  const read = `run.fields[${index}].plain.read(${source}, run.args[${index}], run.context)`;
  return object === null ? null : `((object) => object == null ? run.missing(${index}) : ${object})(${read})`;
}

/** An exposed property of the usual kind is read here; all else by the run. */
function leafExpression({ plain, isNonNull }: PlannedField, kind: LeafKind, index: number, source: string): string {
  const otherwise = `run.valueOf(${index}, ${source})`;
  if (plain.property === null || kind === 'other') return otherwise;
  const value = `(value = ${source}.${plain.property})`;
  const rest = isNonNull ? otherwise : `value === null ? null : ${otherwise}`;
  if (kind === 'integer') return `(typeof ${value} === 'number' && (value | 0) === value ? value : ${rest})`;
  const fits = plain.longest === Infinity ? '' : ` && value.length <= ${plain.longest}`;
  return `(typeof ${value} === 'string'${fits} ? value : ${rest})`;
}

/** Literals without variables in them. */
const FIXED: ReadonlySet<string> = new Set([Kind.ENUM, Kind.INT, Kind.STRING]);

function plannedField(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  path: readonly string[],
): PlannedField | null {
  const plain = plainFieldOf(field);
  // The values of others may be wrong, which is an error of each row.
  if (plain === null || field.args.some((argument) => isNonNullType(argument.type))) return null;
  const leaf = getNamedType(field.type);
  const isFixed = (node.arguments ?? []).every(({ value }) => FIXED.has(value.kind));
  const fixed = isFixed ? getArgumentValues(field, node, {}) : null;
  return {
    node,
    path,
    name: `${type.name}.${field.name}`,
    isNonNull: isNonNullType(field.type),
    isText: isLeafType(leaf) && leafKind(leaf) === 'text',
    plain,
    argsOf: (variables) => fixed ?? getArgumentValues(field, node, variables),
    serialize: isLeafType(leaf) ? leafSerializer(leaf) : null,
  };
}
