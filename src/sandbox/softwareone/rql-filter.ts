import { comparable, valueAt } from './fields.ts';
import type { QueryFields, FieldType } from './fields.ts';
import { QueryError } from './rql-expression.ts';
import type { CompareOperator, RqlExpression } from './rql-expression.ts';

/** True if a row of the resource matches. */
export type Predicate = (row: unknown) => boolean;

/** The fields that a query may use, which of them are permitted, and how text is compared. */
export interface Resource {
  readonly fields: QueryFields;
  readonly unknownOperators?: readonly string[];
  readonly composesText?: boolean;
  permits(path: string): boolean;
}

/** Compiles a tree to a predicate. Throws `QueryError` for fields that the resource lacks or forbids. */
export function compileFilter(expression: RqlExpression, resource: Resource): Predicate {
  const operator = expression.kind === 'compare' ? expression.operator : expression.kind;
  if (resource.unknownOperators?.includes(operator) === true) {
    throw new QueryError(operator, 'Unknown expression group.');
  }
  switch (expression.kind) {
    case 'and': {
      const parts = expression.items.map((item) => compileFilter(item, resource));
      return (row) => parts.every((part) => part(row));
    }
    case 'or': {
      const parts = expression.items.map((item) => compileFilter(item, resource));
      return (row) => parts.some((part) => part(row));
    }
    case 'not': {
      const part = compileFilter(expression.item, resource);
      return (row) => !part(row);
    }
    case 'compare':
      return compileComparison(expression, resource);
    case 'unknown':
      throw new QueryError(expression.name, 'Unknown expression group.');
    default:
      throw new QueryError(expression.kind === 'word' ? expression.text : expression.kind, 'Unknown expression group.');
  }
}

function compileComparison(node: RqlExpression & { kind: 'compare' }, resource: Resource): Predicate {
  const { operator, right } = node;
  const path = pathOf(node.left, resource);
  const type = resource.fields[path] ?? 'string';
  const read = (row: unknown): string | number | null => comparable(valueAt(row, path), type);
  if (operator === 'in' || operator === 'out') {
    const values = new Set(listOf(right, path).map((item) => constantOf(item, path, type)));
    return (row) => values.has(read(row)) === (operator === 'in');
  }
  if (operator === 'like' || operator === 'ilike') {
    const matches = patternOf(textOf(right, path), operator === 'ilike', resource.composesText === true);
    return (row) => {
      const value = read(row);
      return typeof value === 'string' && matches(value);
    };
  }
  // An unquoted value that is a property's name refers to that property.
  if (right.kind === 'word' && !right.quoted && Object.hasOwn(resource.fields, right.text)) {
    const otherPath = right.text;
    const otherType = resource.fields[otherPath] ?? 'string';
    return (row) => holds(operator, read(row), comparable(valueAt(row, otherPath), otherType));
  }
  const value = constantOf(right, path, type);
  return (row) => holds(operator, read(row), value);
}

function pathOf(left: RqlExpression, resource: Resource): string {
  const path = left.kind === 'word' ? left.text : '';
  if (!Object.hasOwn(resource.fields, path)) throw new QueryError(path, 'Invalid property path.');
  if (!resource.permits(path)) throw new QueryError(path, 'Filtering is not permitted.');
  return path;
}

function listOf(right: RqlExpression, path: string): readonly RqlExpression[] {
  const items = right.kind === 'and' ? right.items : right.kind === 'word' ? [right] : [];
  if (items.length === 0) throw new QueryError(path, 'Value has to be a non empty array.');
  return items;
}

function textOf(right: RqlExpression, path: string): string {
  if (right.kind === 'empty') return '';
  if (right.kind === 'word') return right.text;
  throw new QueryError(path, right.kind === 'null' ? 'Null values are not supported.' : 'Unsupported argument type.');
}

/** The constant of a comparison, checked against the type of its property. */
export function constantOf(right: RqlExpression, path: string, type: FieldType): string | number | null {
  if (right.kind === 'null') return null;
  const text = textOf(right, path);
  const refused = new QueryError(path, `Cannot convert value: '${text}'.`);
  if (type === 'number' || type === 'date') {
    const value = type === 'number' ? Number(text || Number.NaN) : Date.parse(text);
    if (Number.isNaN(value)) throw refused;
    return value;
  }
  if (typeof type === 'string') return text;
  const member = type.find((name) => name.toLowerCase() === text.toLowerCase());
  if (member === undefined) throw refused;
  return member;
}

function holds(operator: CompareOperator, value: string | number | null, other: string | number | null): boolean {
  if (operator === 'eq') return value === other;
  if (operator === 'ne') return value !== other;
  if (value === null || other === null) return false;
  if (operator === 'gt') return value > other;
  if (operator === 'ge') return value >= other;
  return operator === 'lt' ? value < other : value <= other;
}

/**
 * `*` is a wildcard only at the start and the end; `\*` there is a literal star; without wildcards, the pattern must
 * equal the text.
 */
function patternOf(pattern: string, insensitive: boolean, composes: boolean): (value: string) => boolean {
  const opens = pattern.startsWith('*');
  const closes = pattern.length > 1 && pattern.endsWith('*') && !pattern.endsWith('\\*');
  const inner = pattern.slice(opens ? 1 : 0, closes ? -1 : undefined);
  const literal = inner.replace(/^\\\*/, '*').replace(/\\\*$/, '*');
  const compared = (text: string): string => {
    const composed = composes ? text.normalize('NFC') : text;
    return insensitive ? composed.toLowerCase() : composed;
  };
  const wanted = compared(literal);
  return (value) => {
    const text = compared(value);
    if (opens && closes) return text.includes(wanted);
    if (opens) return text.endsWith(wanted);
    return closes ? text.startsWith(wanted) : text === wanted;
  };
}
