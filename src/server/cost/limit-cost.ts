import { getOperationAST, Kind, valueFromASTUntyped } from 'graphql';
import type { DocumentNode, ExecutionArgs, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GraphContext } from '../../../resolvers/context.ts';
import { LRUCache } from 'lru-cache';
import { conditionNames } from '../graphql/plain-document.ts';
import { tooComplex } from '../graphql/limits.ts';
import type { QueryLimits } from '../../config/service-limits.ts';
import { estimate } from './estimate.ts';
import type { Estimate } from './estimate.ts';
import { sourceFacts } from './source-facts.ts';
import { mergeSelection } from './merged-selection.ts';
import type { MergedSelection } from './merged-selection.ts';

/** Most fields that are visited to expand a selection: far more than an honest query within the `tokens` limit has. */
const MOST_FIELDS = 20_000;

/** Validation compares fields of one response key in pairs. A pair of objects takes it about three microseconds. */
const MOST_COMPARISONS = 10_000;

/** Most selections cached for a document: one for each operation and set of conditions. */
const MOST_SELECTIONS = 16;

const MOST_SHOWN = 1_000_000_000;

type Selections = LRUCache<string, { readonly selection: MergedSelection | null }>;

/**
 * Refuses operations that may cost more than the limits. Operations that would take long to validate are refused before
 * validation; the rest before they are compiled or any vendor is called.
 */
export function limitCost(
  limits: Pick<QueryLimits, 'calls' | 'work'>,
  present: (error: unknown) => GraphQLError,
): Plugin {
  const merged = new WeakMap<DocumentNode, Selections>();
  const names = new WeakMap<DocumentNode, readonly string[]>();
  /** The cached result of the check before validation, with the schema that it was made for. */
  const refusals = new WeakMap<DocumentNode, { readonly schema: GraphQLSchema; readonly refusal: string | null }>();

  function refusalOf(schema: GraphQLSchema, document: DocumentNode): string | null {
    const known = refusals.get(document);
    if (known?.schema === schema) return known.refusal;
    const refusal = beforeValidation(schema, document);
    refusals.set(document, { schema, refusal });
    return refusal;
  }

  function selectionOf(
    { schema, document, operationName }: ExecutionArgs,
    variables: Variables,
  ): MergedSelection | null {
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    const kept = merged.get(document) ?? new LRUCache({ max: MOST_SELECTIONS });
    merged.set(document, kept);
    const conditions = names.get(document) ?? conditionNames(document);
    names.set(document, conditions);
    const key = JSON.stringify([operationName ?? null, ...conditions.map((name) => variables[name] === true)]);
    const found = kept.get(key);
    if (found !== undefined) return found.selection;
    const holds = (name: string): boolean => variables[name] === true;
    const selection = mergeSelection(schema, document, operation, holds, { fields: 0, comparisons: 0 }, MOST_FIELDS);
    kept.set(key, { selection });
    return selection;
  }

  function check({ args, setResultAndStopExecution }: Check): void {
    const variables = variablesOf(args);
    const selection = selectionOf(args, variables);
    if (selection === null) return;
    // Always the context made by `createContext`. Sources that the caller cannot see are not counted.
    const { federation } = args.contextValue as GraphContext;
    const cost = estimate(selection, variables, args.schema, sourceFacts(federation.sources));
    const message = overLimit(cost, limits);
    if (message !== null) setResultAndStopExecution({ errors: [present(tooComplex(message))] });
  }

  return {
    onValidate({ params: { schema, documentAST }, setResult }) {
      const refusal = refusalOf(schema as GraphQLSchema, documentAST as DocumentNode);
      if (refusal !== null) setResult([tooComplex(refusal)]);
    },
    onExecute: check,
    onSubscribe: check,
  };
}

type Variables = Readonly<Record<string, unknown>>;

interface Check {
  readonly args: ExecutionArgs;
  readonly setResultAndStopExecution: (result: { errors: GraphQLError[] }) => void;
}

function overLimit({ calls, work }: Estimate, limits: Pick<QueryLimits, 'calls' | 'work'>): string | null {
  if (calls > limits.calls) {
    return `The query may need ${shown(calls)} calls of vendors; the limit is ${limits.calls}. Ask for smaller pages or fewer jobs.`;
  }
  if (work > limits.work) {
    return `The query may take ${shown(work)} units of work; the limit is ${limits.work}. Ask for smaller pages or fewer fields.`;
  }
  return null;
}

/** Nested fragments can produce numbers that are too long to read. */
function shown(amount: number): string {
  return amount > MOST_SHOWN ? `more than ${MOST_SHOWN}` : String(amount);
}

/** What is wrong with the size of a document before validation; null: nothing. */
function beforeValidation(schema: GraphQLSchema, document: DocumentNode): string | null {
  const cost = { fields: 0, comparisons: 0 };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const selection = mergeSelection(schema, document, definition, () => undefined, cost, MOST_FIELDS);
    if (selection === null && cost.fields > MOST_FIELDS) {
      return `The query has more than ${MOST_FIELDS} fields when its fragments are written out.`;
    }
  }
  if (cost.comparisons <= MOST_COMPARISONS) return null;
  return 'The query repeats too many fields under the same name. Select each field once.';
}

/** The given variables, and the defaults of missing ones. */
function variablesOf({ document, operationName, variableValues }: ExecutionArgs): Variables {
  const operation: OperationDefinitionNode | null | undefined = getOperationAST(document, operationName);
  const defaults = (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  return { ...Object.fromEntries(defaults), ...variableValues };
}
