import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { GraphContext } from '../../../resolvers/context.ts';
import type { Reading } from '../../config/access.ts';
import type { Access } from './access.ts';
import { Denied } from './denied.ts';
import { untilOver } from './expiry.ts';

/** The context of an operation, and what its caller may see. */
export type AdmittedContext = GraphContext & { readonly access: Access };

/**
 * Gives each operation the sources that its caller may read in this way, and ends a stream when the time of its caller's credential
 * is over. To be the first of all who look at an operation's sources.
 */
export function admitOperations(present: (error: unknown) => GraphQLError): Plugin {
  function admit(args: ExecutionArgs, reading: Reading, refuse: (result: { errors: GraphQLError[] }) => void): void {
    const context = contextOf(args);
    if (context.access.allows(reading)) context.federation = context.access.view(reading);
    else refuse({ errors: [present(mayNot(reading))] });
  }
  return {
    onExecute({ args, setResultAndStopExecution }) {
      admit(args, 'query', setResultAndStopExecution);
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      admit(args, 'subscription', setResultAndStopExecution);
      const { expiresAt } = contextOf(args).access;
      return {
        onSubscribeResult({ result, setResult }) {
          if (expiresAt === null || !isAsyncIterable(result)) return;
          const last = (): ExecutionResult => ({ errors: [present(new Denied(401, 'The token has expired.'))] });
          setResult(untilOver(result as AsyncIterable<ExecutionResult>, expiresAt, last));
        },
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
