import { getOperationAST, valueFromASTUntyped } from 'graphql';
import type { DocumentNode, ExecutionArgs, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GraphContext } from '../../../resolvers/context.ts';
import { atMost } from '../../domain/at-most.ts';
import type { SourceInfo } from '../../federation/api.ts';
import { conditionNames } from '../graphql/plain-document.ts';
import { estimate } from './estimate.ts';
import type { Estimate, SourceFacts } from './estimate.ts';
import { mergeSelection } from './merged-selection.ts';
import type { MergedSelection } from './merged-selection.ts';

/** The most fields that are merged for one operation. Far more than `tokens` allows in usual queries. */
export const MOST_FIELDS = 20_000;

/** Merged selections that are kept per document: one for each operation and each set of conditions. */
const MOST_SELECTIONS = 16;

/** Estimates are kept for at most so many variables, all of them scalars, with texts of at most so many characters. */
const MOST_VARIABLES = 20;
const LONGEST_VARIABLE = 200;

/** A selection, and the estimate of its last run: most clients send one operation with the same variables again and again. */
interface KnownOperation {
  readonly selection: MergedSelection | null;
  last: { readonly key: string; readonly estimate: Estimate } | null;
}

/** What a root field may cost. */
export interface FieldCost extends Estimate {
  /** Its key in the answer. */
  readonly field: string;
}

/** Estimates operations before they run. Merged selections are remembered per document. */
export class OperationCosts {
  readonly #merged = new WeakMap<DocumentNode, LRUCache<string, KnownOperation>>();
  readonly #conditions = new WeakMap<DocumentNode, readonly string[]>();

  /** Null: the operation does not exist, or has too many fields to be merged. */
  of(args: ExecutionArgs): Estimate | null {
    const variables = variablesOf(args);
    const kept = this.#keptOf(args, variables);
    if (kept === null || kept.selection === null) return null;
    const facts = factsOf(args);
    const key = isShort(variables) ? JSON.stringify([facts.count, facts.logPage, variables]) : null;
    if (key !== null && kept.last?.key === key) return kept.last.estimate;
    const cost = estimate(kept.selection, variables, args.schema, facts);
    if (key !== null) kept.last = { key, estimate: cost };
    return cost;
  }

  /** The cost of each root field. Their sum is that of the operation. */
  byField(args: ExecutionArgs): readonly FieldCost[] {
    const variables = variablesOf(args);
    const selection = this.#keptOf(args, variables)?.selection ?? null;
    if (selection === null) return [];
    const facts = factsOf(args);
    return selection.fields.map((field) => ({
      field: field.node.alias?.value ?? field.name,
      ...estimate({ type: selection.type, fields: [field] }, variables, args.schema, facts),
    }));
  }

  #keptOf({ schema, document, operationName }: ExecutionArgs, variables: Variables): KnownOperation | null {
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    const merged = this.#merged.get(document) ?? new LRUCache(atMost(MOST_SELECTIONS));
    this.#merged.set(document, merged);
    const conditions = this.#conditions.get(document) ?? conditionNames(document);
    this.#conditions.set(document, conditions);
    const key = JSON.stringify([operationName ?? null, ...conditions.map((name) => variables[name] === true)]);
    const found = merged.get(key);
    if (found !== undefined) return found;
    const holds = (name: string): boolean => variables[name] === true;
    const selection = mergeSelection(schema, document, operation, holds, { fields: 0, comparisons: 0 }, MOST_FIELDS);
    const kept = { selection, last: null };
    merged.set(key, kept);
    return kept;
  }
}

type Variables = Readonly<Record<string, unknown>>;

/** True if it takes less to write the variables out than to estimate the operation. */
function isShort(variables: Variables): boolean {
  const values = Object.values(variables);
  if (values.length > MOST_VARIABLES) return false;
  return values.every((value) =>
    typeof value === 'string' ? value.length <= LONGEST_VARIABLE : typeof value !== 'object' || value === null,
  );
}

function factsOf({ contextValue }: ExecutionArgs): SourceFacts {
  // Made by `createContext`: there is no other. Sources that the caller may not read cost it nothing.
  const { federation } = contextValue as GraphContext;
  return sourceFacts(federation.sources);
}

/** The given variables, and the defaults of those that are not given. */
function variablesOf({ document, operationName, variableValues }: ExecutionArgs): Variables {
  const operation: OperationDefinitionNode | null | undefined = getOperationAST(document, operationName);
  const defaults = (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  return { ...Object.fromEntries(defaults), ...variableValues };
}

/** Lines that one call is assumed to return if a source has no pages, or if there is no source. */
const WHOLE_LOG = 1_000;

/** The facts for the estimate. It treats every call as a call to the source with the smallest pages. */
function sourceFacts(sources: readonly Pick<SourceInfo, 'capabilities'>[]): SourceFacts {
  const pages = sources.map(({ capabilities }) => capabilities.maxPageSize ?? WHOLE_LOG);
  return { count: sources.length, logPage: Math.min(WHOLE_LOG, ...pages) };
}
