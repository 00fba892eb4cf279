import type { GraphQLResolveInfo } from 'graphql';
import { withArticle } from '../src/domain/article.ts';
import { asError, TributaryError } from '../src/domain/errors.ts';
import { decodeNodeId, isNodeType, NODE_TYPES } from '../src/federation/node-id.ts';
import type { GraphContext } from './context.ts';
import { findNode } from './node.ts';
import type { AnyNode } from './node.ts';

/**
 * `Query._entities`, which gateways of Apollo Federation call. One result for each representation, in their order; a
 * failure is an error in its place.
 */
export async function entities(
  _root: unknown,
  { representations }: { readonly representations: readonly unknown[] },
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<(AnyNode | Error | null)[]> {
  return Promise.all(representations.map(async (one) => entity(one, context, info).catch(asError)));
}

async function entity(
  representation: unknown,
  context: GraphContext,
  info: GraphQLResolveInfo,
): Promise<AnyNode | null> {
  const { __typename: type, id } = propertiesOf(representation);
  if (typeof type !== 'string' || !isNodeType(type)) {
    const known = NODE_TYPES.join(', ');
    throw new TributaryError('BAD_USER_INPUT', `"__typename" of a representation must be one of ${known}.`);
  }
  if (typeof id !== 'string')
    throw new TributaryError('BAD_USER_INPUT', `The "id" of ${withArticle(type)} must be a text.`);
  const decoded = decodeNodeId(id);
  if (decoded.type !== type) {
    throw new TributaryError(
      'BAD_USER_INPUT',
      `The id is one of ${withArticle(decoded.type)}, not of ${withArticle(type)}.`,
    );
  }
  return findNode(decoded, context, info);
}

function propertiesOf(value: unknown): { readonly __typename?: unknown; readonly id?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}
