import { Kind } from 'graphql';
import type { DocumentNode, ExecutionArgs, GraphQLError, GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { QueryLimits } from '../../config/service-limits.ts';
import type { AdmittedContext } from '../access/admit-operations.ts';
import { tooComplex } from '../graphql/limits.ts';
import type { Estimate } from './estimate.ts';
import { mergeSelection } from './merged-selection.ts';
import { MOST_FIELDS } from './operation-costs.ts';
import type { OperationCosts } from './operation-costs.ts';

/** Validation compares fields of one response key in pairs. A pair of objects takes it about three microseconds. */
const MOST_COMPARISONS = 10_000;

const MOST_SHOWN = 1_000_000_000;

/**
 * Refuses operations that may cost more than the limits. Operations that would take long to validate are refused before
 * validation; the rest before they are compiled or any vendor is called.
 */
export function limitCost(
  limits: Pick<QueryLimits, 'calls' | 'work' | 'measureOnly'>,
  costs: OperationCosts,
  { present, logger }: { readonly present: (error: unknown) => GraphQLError; readonly logger: Logger | null },
): Plugin {
  /** The cached result of the check before validation, with the schema that it was made for. */
  const refusals = new WeakMap<DocumentNode, { readonly schema: GraphQLSchema; readonly refusal: string | null }>();

  function refusalOf(schema: GraphQLSchema, document: DocumentNode): string | null {
    const known = refusals.get(document);
    if (known?.schema === schema) return known.refusal;
    const refusal = beforeValidation(schema, document);
    refusals.set(document, { schema, refusal });
    return refusal;
  }

  function check({ args, setResultAndStopExecution }: Check): void {
    const cost = costs.of(args);
    if (cost === null) return;
    const message = overLimit(cost, limits);
    if (message === null) return;
    if (!limits.measureOnly) {
      setResultAndStopExecution({ errors: [present(tooComplex(message))] });
      return;
    }
    const { requestId } = args.contextValue as AdmittedContext;
    logger?.warn({ requestId, estimate: cost }, 'an operation is over a limit that is only measured');
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

/** Fragments within fragments make numbers that are too long to read. */
function shown(amount: number): string {
  return amount > MOST_SHOWN ? `more than ${MOST_SHOWN}` : String(amount);
}

/** What is wrong with the size of a document that is yet to be validated; null: nothing. */
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
