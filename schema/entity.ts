import type { GraphQLResolveInfo } from 'graphql';
import type { GraphContext } from '../resolvers/context.ts';
import { reference } from '../resolvers/node.ts';
import type { NodeType } from '../src/federation/node-id.ts';
import { builder } from './builder.ts';
import * as types from './refs.ts';

const REFS = {
  Source: types.SourceType,
  Job: types.JobType,
  Attempt: types.AttemptType,
  Step: types.StepType,
  Task: types.TaskType,
  LogEntry: types.LogEntryType,
} as const satisfies Record<NodeType, unknown>;

/** Makes a node type an entity of Apollo Federation: other subgraphs refer to it by its global id. */
for (const [type, ref] of Object.entries(REFS)) {
  builder.asEntity(ref, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: async ({ id }: { id: string }, context: GraphContext, info: GraphQLResolveInfo) => {
      const found = await reference(type as NodeType, id, context, info);
      // The library writes the type's name onto what it gets: never onto an object that others hold too.
      return (found === null ? null : Object.create(found)) as never;
    },
  });
}
