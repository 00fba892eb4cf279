import type { DocumentNode, ExecutionArgs, GraphQLError, GraphQLSchema } from 'graphql';
import type { OperationResult } from 'graphql-ws';
import type { GraphContext } from '../../../resolvers/context.ts';

/** What gives the functions of yoga for one operation: yoga itself. */
export interface Envelopes {
  getEnveloped(context: object): Enveloped;
}

/** The result of yoga's `getEnveloped`, with the types that yoga leaves open. */
export interface Enveloped {
  readonly schema: GraphQLSchema;
  parse(query: string): DocumentNode;
  validate(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[];
  readonly contextFactory: () => Promise<GraphContext> | GraphContext;
  execute(args: ExecutionArgs): OperationResult;
  subscribe(args: ExecutionArgs): OperationResult;
}
