import { asError } from '../src/domain/errors.ts';
import type { GraphQLResolveInfo } from 'graphql';
import type { LogNode, SourceInfo } from '../src/federation/api.ts';
import { decodeNodeId, entryRefOf } from '../src/federation/node-id.ts';
import type { NodeId, NodeType } from '../src/federation/node-id.ts';
import type { GraphContext } from './context.ts';
import { findJob } from './job.ts';
import type { JobNode } from './job.ts';
import { findPart } from './part.ts';
import type { PartNode } from './part.ts';
import { isPartKind } from '../src/domain/job.ts';
import type { PartKind } from '../src/domain/job.ts';

/** Anything that has a global id. */
export type AnyNode = SourceInfo | JobNode | PartNode<PartKind> | LogNode;

type Find = (
  keys: readonly string[],
  context: GraphContext,
  info: GraphQLResolveInfo,
) => AnyNode | null | Promise<AnyNode | null>;

const FIND: Readonly<Record<Exclude<NodeType, PartKind>, Find>> = {
  Source: ([name = ''], { federation }) => federation.source(name),
  Job: ([source = '', key = ''], context, info) => findJob({ source, key }, context, info),
  LogEntry: findEntry,
};

/** `Query.node`: null if the node is gone; BAD_USER_INPUT if the text is not one of our ids. */
export async function node(
  _root: unknown,
  { id }: { readonly id: string },
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<AnyNode | null> {
  return findNode(decodeNodeId(id), context, info);
}

/** `Query.nodes`: one result per id, in their order; a failure is an error in its place. */
export function nodes(
  _root: unknown,
  { ids }: { readonly ids: readonly string[] },
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<(AnyNode | Error | null)[]> {
  return Promise.all(ids.map(async (id) => node(null, { id }, context, info).catch(asError)));
}

/** The graph type of a node. */
export function typeOfNode(value: AnyNode): NodeType {
  if ('vendor' in value) return 'Source';
  if ('kind' in value) return value.kind;
  return 'severity' in value ? 'LogEntry' : 'Job';
}

/** Null if the node is gone. */
export async function findNode(
  { type, keys }: NodeId,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<AnyNode | null> {
  if (!isPartKind(type)) return FIND[type](keys, context, info);
  const [source = '', job = '', key = ''] = keys;
  return findPart(type, { source, key: job }, key, context, info);
}

async function findEntry(keys: readonly string[], { federation, call }: GraphContext): Promise<LogNode | null> {
  const ref = entryRefOf(keys);
  return ref === null || federation.source(ref.source) === null ? null : federation.entry(ref, call);
}
