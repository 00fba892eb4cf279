import { isAsyncIterable } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { getOperationAST } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { GraphContext } from '../../../resolvers/context.ts';
import type { Reading } from '../../config/access.ts';
import type { HeldShare } from '../../domain/held-bytes.ts';
import { whenAnswered } from '../graphql/when-answered.ts';
import type { Access } from './access.ts';
import type { Audit } from './audit.ts';
import { Denied } from './denied.ts';
import { untilOver, withdrawn } from './expiry.ts';

/** The context of an operation with the access of its caller. */
export type AdmittedContext = GraphContext & {
  readonly access: Access;
  /** The client's address, if known. */
  readonly client?: string | null;
  /** The request's id in log lines and answers. */
  readonly requestId?: string;
  /** The memory that the answer takes until its client has read it. */
  readonly held?: HeldShare | undefined;
};

/**
 * Limits each operation to the sources that its caller may read in this way, audits what it reads, and ends a stream
 * when its caller's credential expires or is withdrawn. Must come before every plug-in that uses an operation's
 * sources.
 */
export function admitOperations(present: (error: unknown) => GraphQLError, audit: Audit | null): Plugin {
  /** Returns a function to call when the operation is over. */
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
      const admitted = () => ({ onExecuteDone: whenAnswered(admit(args, 'query', setResultAndStopExecution)) });
      // The caller was judged by its headers, and the rules may have changed while its body came.
      const isAsItWas = contextOf(args).access.isAsItWas();
      if (isAsItWas === true) return admitted();
      return isAsItWas.then((isGood) => {
        if (isGood) return admitted();
        setResultAndStopExecution({ errors: [present(withdrawn())] });
        return undefined;
      });
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

/** The error for a caller without a role that allows this. */
export function mayNot(reading: Reading): Denied {
  return new Denied(403, `${NAMES[reading]} are not for you: none of your roles allows them.`);
}

function contextOf({ contextValue }: ExecutionArgs): AdmittedContext {
  // Always the context made in graphql.ts.
  return contextValue as AdmittedContext;
}
