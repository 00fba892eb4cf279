import type { DocumentNode, ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { tooComplex } from './limits.ts';
import { costOf, countNodes } from './query-cost.ts';
import type { Cost } from './query-cost.ts';

/** Refuses operations that may return more than `limit` nodes. */
export function limitNodes(limit: number, sourceCount: number, present: (error: unknown) => GraphQLError): Plugin {
  // Documents are parsed once and kept; only variables differ from request to request.
  const known = new WeakMap<DocumentNode, Map<string | null, readonly Cost[]>>();

  function costs({ document, operationName = null }: ExecutionArgs): readonly Cost[] {
    const ofDocument = known.get(document) ?? new Map<string | null, readonly Cost[]>();
    known.set(document, ofDocument);
    const found = ofDocument.get(operationName) ?? costOf(document, operationName, { sources: sourceCount });
    ofDocument.set(operationName, found);
    return found;
  }

  function check({ args, setResultAndStopExecution }: Check): void {
    const nodes = countNodes(costs(args), args.variableValues ?? {});
    if (nodes <= limit) return;
    const message = `The query may return ${nodes} nodes; the limit is ${limit}. Ask for smaller pages.`;
    setResultAndStopExecution({ errors: [present(tooComplex(message))] });
  }

  return { onExecute: check, onSubscribe: check };
}

interface Check {
  readonly args: ExecutionArgs;
  readonly setResultAndStopExecution: (result: { errors: GraphQLError[] }) => void;
}
