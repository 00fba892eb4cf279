import { getOperationAST, Kind, valueFromASTUntyped } from 'graphql';
import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode, ValueNode } from 'graphql';
import { DEFAULT_PAGE_SIZE } from '../federation/arguments.ts';

/**
 * How many nodes an operation may return: its page sizes, multiplied out. A connection counts as many as
 * it asks for and any other object counts one, once per node around it.
 */

/** What one event of a stream is reckoned at. */
const EVENT_SIZE = 50;

/** A selected object. Fragments are shared, so this is a graph without cycles, no larger than the document. */
export interface Cost {
  /** The arguments that say how many there may be: page sizes, or a list of ids. */
  readonly sizes: readonly ValueNode[];
  /** Is it all of the sizes together, and not the largest of them? */
  readonly isSum?: boolean;
  /** How many when no argument says so. */
  readonly size: number;
  /** 0 for what only stands around nodes (edges, fragments). */
  readonly weight: 0 | 1;
  readonly children: readonly Cost[];
}

/** How many items fields return that have no page size, by the fields' names. */
export type ListSizes = Readonly<Record<string, number>>;

type Fragments = Map<string, readonly Cost[]>;

const CONNECTIONS = new Set(['jobs', 'attempts', 'steps', 'tasks', 'logs']);
const WRAPPERS = new Set(['edges', 'node', 'nodes', 'pageInfo']);

/** The objects that a valid document's operation selects. */
export function costOf(document: DocumentNode, operationName: string | null, lists: ListSizes): readonly Cost[] {
  const operation = getOperationAST(document, operationName);
  return operation ? costsWithin(operation.selectionSet, { document, lists, fragments: new Map() }) : [];
}

/** How many nodes these may be with the operation's variables. */
export function countNodes(
  costs: readonly Cost[],
  variables: Readonly<Record<string, unknown>>,
  known = new Map<readonly Cost[], number>(),
): number {
  const counted = known.get(costs);
  if (counted !== undefined) return counted;
  const count = costs.reduce(
    (sum, cost) => sum + howMany(cost, variables) * (cost.weight + countNodes(cost.children, variables, known)),
    0,
  );
  known.set(costs, count);
  return count;
}

function howMany({ sizes, size, isSum = false }: Cost, variables: Readonly<Record<string, unknown>>): number {
  const asked = sizes.map((value) => sizeOf(valueFromASTUntyped(value, variables))).filter((one) => one !== null);
  if (isSum) return size + asked.reduce((sum, one) => sum + one, 0);
  return asked.length === 0 ? size : Math.max(...asked);
}

function sizeOf(value: unknown): number | null {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'number' && value >= 0 ? value : null;
}

interface Reading {
  readonly document: DocumentNode;
  readonly lists: ListSizes;
  readonly fragments: Fragments;
}

function costsWithin(set: SelectionSetNode, reading: Reading): readonly Cost[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return costOfField(selection, reading);
    if (selection.kind === Kind.INLINE_FRAGMENT) return costsWithin(selection.selectionSet, reading);
    return [{ sizes: [], size: 1, weight: 0, children: costsOfFragment(selection.name.value, reading) } satisfies Cost];
  });
}

function costsOfFragment(name: string, reading: Reading): readonly Cost[] {
  const known = reading.fragments.get(name);
  if (known !== undefined) return known;
  const definition = reading.document.definitions.find(
    (candidate): candidate is FragmentDefinitionNode =>
      candidate.kind === Kind.FRAGMENT_DEFINITION && candidate.name.value === name,
  );
  const costs = definition === undefined ? [] : costsWithin(definition.selectionSet, reading);
  reading.fragments.set(name, costs);
  return costs;
}

function costOfField(field: FieldNode, reading: Reading): Cost[] {
  if (field.selectionSet === undefined) return [];
  const children = costsWithin(field.selectionSet, reading);
  const name = field.name.value;
  if (CONNECTIONS.has(name)) {
    return [{ sizes: argumentsNamed(field, 'first', 'last'), size: DEFAULT_PAGE_SIZE, weight: 1, children }];
  }
  if (name === 'logContext') {
    return [
      { sizes: argumentsNamed(field, 'before', 'after'), isSum: true, size: DEFAULT_PAGE_SIZE, weight: 1, children },
    ];
  }
  const lists = argumentsNamed(field, 'ids', 'representations');
  if (lists.length > 0) return [{ sizes: lists, size: 1, weight: 1, children }];
  const size = name === 'logEntries' ? EVENT_SIZE : (reading.lists[name] ?? 1);
  return [{ sizes: [], size, weight: WRAPPERS.has(name) ? 0 : 1, children }];
}

function argumentsNamed(field: FieldNode, ...names: readonly string[]): ValueNode[] {
  return (field.arguments ?? [])
    .filter((argument) => names.includes(argument.name.value))
    .map((argument) => argument.value);
}
