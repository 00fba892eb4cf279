import { isUnionType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { entities } from '../resolvers/entities.ts';
import { typeOfNode } from '../resolvers/node.ts';
import type { AnyNode } from '../resolvers/node.ts';
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
for (const ref of Object.values(REFS)) {
  // `resolveEntities` below puts one resolver for all types in the place of the library's.
  builder.asEntity(ref, { key: builder.selection<{ id: string }>('id'), resolveReference: () => null as never });
}

/**
 * Gives the fields that a gateway asks our own resolver and words. The library's resolver leaves promises
 * behind when one representation is wrong, and calls that a fault of ours.
 */
export function resolveEntities(schema: GraphQLSchema): GraphQLSchema {
  const { _entities, _service } = schema.getQueryType()?.getFields() ?? {};
  const union = schema.getType('_Entity');
  if (_entities === undefined || _service === undefined || !isUnionType(union)) {
    throw new Error('The schema is not one of a subgraph.');
  }
  _entities.resolve = entities;
  _entities.description =
    'For gateways of Apollo Federation: entities by `__typename` and `id`, one result for each representation. Other clients use `nodes`.';
  for (const argument of _entities.args) {
    argument.description = 'Objects with the `__typename` of an entity and its `id`.';
  }
  _service.description = 'For gateways of Apollo Federation: the graph as a subgraph.';
  union.description = 'Anything that another subgraph can refer to by its type and id.';
  // Only what our resolver returns gets here.
  union.resolveType = (value: AnyNode) => typeOfNode(value);
  return schema;
}
