import { useGraphQlJit } from '@envelop/graphql-jit';
import { Kind } from 'graphql';
import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Compiles queries to functions. Not subscriptions: the compiler hands the operation's variables to a
 * subscription field as its arguments. And only documents with one operation: the plugin keeps what it
 * compiled per document, and would run the first operation in place of the others.
 */
export function compileQueries(): Plugin {
  const { onExecute } = useGraphQlJit(
    {},
    {
      enableIf: ({ document }: { readonly document: DocumentNode }) => hasOneOperation(document),
      // The compiler's own errors are answers, too; the default prints them.
      onError: () => undefined,
    },
  );
  return { onExecute } as Plugin;
}

function hasOneOperation(document: DocumentNode): boolean {
  return document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length === 1;
}
