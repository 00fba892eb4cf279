import { getOperationAST, valueFromASTUntyped } from 'graphql';
import type { DocumentNode, ExecutionArgs, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GraphContext } from '../../../resolvers/context.ts';
import { conditionNames } from '../graphql/plain-document.ts';
import { estimate } from './estimate.ts';
import type { Estimate } from './estimate.ts';
import { mergeSelection } from './merged-selection.ts';
import type { MergedSelection } from './merged-selection.ts';
import { sourceFacts } from './source-facts.ts';

/** The most fields that are merged for one operation. Far more than `tokens` allows in usual queries. */
export const MOST_FIELDS = 20_000;

/** Merged selections that are kept per document: one for each operation and each set of conditions. */
const MOST_SELECTIONS = 16;

/** What a root field may cost. */
export interface FieldCost extends Estimate {
  /** Its key in the answer. */
  readonly field: string;
}

/** Estimates operations before they run. Merged selections are remembered per document. */
export class OperationCosts {
  readonly #merged = new WeakMap<DocumentNode, LRUCache<string, { readonly selection: MergedSelection | null }>>();
  readonly #conditions = new WeakMap<DocumentNode, readonly string[]>();

  /** Null: the operation does not exist, or has too many fields to be merged. */
  of(args: ExecutionArgs): Estimate | null {
    const variables = variablesOf(args);
    const selection = this.#selectionOf(args, variables);
    return selection === null ? null : costOf(selection, variables, args);
  }

  /** The cost of each root field. Their sum is that of the operation. */
  byField(args: ExecutionArgs): readonly FieldCost[] {
    const variables = variablesOf(args);
    const selection = this.#selectionOf(args, variables);
    if (selection === null) return [];
    return selection.fields.map((field) => ({
      field: field.node.alias?.value ?? field.name,
      ...costOf({ type: selection.type, fields: [field] }, variables, args),
    }));
  }

  #selectionOf({ schema, document, operationName }: ExecutionArgs, variables: Variables): MergedSelection | null {
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    const kept = this.#merged.get(document) ?? new LRUCache({ max: MOST_SELECTIONS });
    this.#merged.set(document, kept);
    const conditions = this.#conditions.get(document) ?? conditionNames(document);
    this.#conditions.set(document, conditions);
    const key = JSON.stringify([operationName ?? null, ...conditions.map((name) => variables[name] === true)]);
    const found = kept.get(key);
    if (found !== undefined) return found.selection;
    const holds = (name: string): boolean => variables[name] === true;
    const selection = mergeSelection(schema, document, operation, holds, { fields: 0, comparisons: 0 }, MOST_FIELDS);
    kept.set(key, { selection });
    return selection;
  }
}

type Variables = Readonly<Record<string, unknown>>;

function costOf(selection: MergedSelection, variables: Variables, { schema, contextValue }: ExecutionArgs): Estimate {
  // Made by `createContext`: there is no other. Sources that the caller may not read cost it nothing.
  const { federation } = contextValue as GraphContext;
  return estimate(selection, variables, schema, sourceFacts(federation.sources));
}

/** The given variables, and the defaults of those that are not given. */
function variablesOf({ document, operationName, variableValues }: ExecutionArgs): Variables {
  const operation: OperationDefinitionNode | null | undefined = getOperationAST(document, operationName);
  const defaults = (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  return { ...Object.fromEntries(defaults), ...variableValues };
}
