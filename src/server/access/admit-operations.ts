import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { getOperationAST } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { GraphContext } from '../../../resolvers/context.ts';
import type { Reading } from '../../config/access.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import type { Access } from './access.ts';
import type { Audit } from './audit.ts';
import { Denied } from './denied.ts';
import { untilOver } from './expiry.ts';

/** The context of an operation, and what its caller may see. */
export type AdmittedContext = GraphContext & {
  readonly access: Access;
  /** The address that it came from, as far as it is known. */
  readonly client?: string | null;
  /** Names the request in log lines and answers. */
  readonly requestId?: string;
};

/**
 * Gives each operation the sources that its caller may read in this way, writes down what it reads of them, and ends a stream when
 * the time of its caller's credential is over. To be the first of all who look at an operation's sources.
 */
export function admitOperations(present: (error: unknown) => GraphQLError, audit: Audit | null): Plugin {
  /** Returns what is to be called when the operation is over. */
  function admit(
    args: ExecutionArgs,
    reading: Reading,
    refuse: (result: { errors: GraphQLError[] }) => void,
  ): () => void {
    const context = contextOf(args);
    const { access, client = null, requestId } = context;
    if (!access.allows(reading)) {
      refuse({ errors: [present(mayNot(reading))] });
      return () => undefined;
    }
    context.federation = access.view(reading);
    if (audit === null) return () => undefined;
    const name = getOperationAST(args.document, args.operationName)?.name?.value ?? null;
    const journal = audit.begin({ access, reading, name, client, requestId });
    context.federation = journal.watching(context.federation);
    return journal.end;
  }
  return {
    onExecute({ args, setResultAndStopExecution }) {
      return { onExecuteDone: whenAnswered(admit(args, 'query', setResultAndStopExecution)) };
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const end = admit(args, 'subscription', setResultAndStopExecution);
      const { access } = contextOf(args);
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable(result)) {
            end();
            return undefined;
          }
          const last = (reason: Denied): ExecutionResult => ({ errors: [present(reason)] });
          setResult(untilOver(result as AsyncIterable<ExecutionResult>, access, last));
          return { onEnd: end };
        },
        onSubscribeError: end,
      };
    },
  };
}

const NAMES: Readonly<Record<Reading, string>> = {
  query: 'Queries',
  subscription: 'Subscriptions',
  export: 'Exports',
};

/** The caller is known, and none of its roles lets it do this. */
export function mayNot(reading: Reading): Denied {
  return new Denied(403, `${NAMES[reading]} are not for you: none of your roles allows them.`);
}

function contextOf({ contextValue }: ExecutionArgs): AdmittedContext {
  // Made in graphql.ts: there is no other.
  return contextValue as AdmittedContext;
}
