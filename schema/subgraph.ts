import { getNamedType, isObjectType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { GraphContext } from '../resolvers/context.ts';
import { entities } from '../resolvers/entities.ts';
import { typeOfNode } from '../resolvers/node.ts';
import type { AnyNode } from '../resolvers/node.ts';
import { DEFAULT_PAGE_SIZE } from '../src/federation/arguments.ts';
import { NODE_TYPES } from '../src/federation/node-id.ts';
import { textOfSubgraph, withGatewayFields } from './federated.ts';
import type { SubgraphText } from './federated.ts';

/** Our graph as a subgraph of Apollo Federation 2. */

const HEAD =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@key", "@listSize", "@shareable"])';

/** The weight of a vendor call, compared with 1 for an object that is already loaded. */
const CALL = '@cost(weight: 10)';

const DIRECTIVES: Readonly<Record<string, string>> = {
  // Each node type is an entity: other subgraphs refer to it by its global id.
  ...Object.fromEntries(NODE_TYPES.map((type) => [type, '@key(fields: "id")'])),
  // Other Relay subgraphs have the same type.
  PageInfo: '@shareable',
  'Query.job': CALL,
  'Query.node': CALL,
  'Source.health': CALL,
  // It reads the lines of a log to count them.
  'Query.logHistogram': '@cost(weight: 200)',
};

export interface SubgraphOptions {
  /**
   * Whether `Query.node` and `Query.nodes` are part of the subgraph. Only one subgraph of a supergraph may have them.
   * Default: yes.
   */
  readonly nodes?: boolean | undefined;
}

/** Fields of every Relay graph that only one subgraph can answer. */
const NODE_FIELDS: ReadonlySet<string> = new Set(['Query.node', 'Query.nodes']);

/** The schema with the fields for gateways. */
export function asSubgraph(schema: GraphQLSchema, options: SubgraphOptions = {}): GraphQLSchema {
  return withGatewayFields<GraphContext>(schema, textFor(schema, options), {
    types: NODE_TYPES,
    resolve: entities,
    // The value is always what our resolver returns.
    typeOf: (value) => typeOfNode(value as AnyNode),
  });
}

/** The schema as gateways compose it. */
export function subgraphText(schema: GraphQLSchema, options: SubgraphOptions = {}): string {
  return textOfSubgraph(schema, textFor(schema, options));
}

function textFor(schema: GraphQLSchema, { nodes = true }: SubgraphOptions): SubgraphText {
  const directives = { ...DIRECTIVES, ...connectionSizes(schema) };
  return nodes ? { head: HEAD, directives } : { head: HEAD, directives, without: NODE_FIELDS };
}

/**
 * Gateways that limit cost count the rows requested by `first` or `last`, or those of our default page if both are left
 * out.
 */
function connectionSizes(schema: GraphQLSchema): Readonly<Record<string, string>> {
  const sizes: Record<string, string> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const [name, field] of Object.entries(type.getFields())) {
      const connection = getNamedType(field.type);
      if (!isObjectType(connection) || !connection.name.endsWith('Connection')) continue;
      const isPage = field.args.some((argument) => argument.name === 'first');
      const sizing = isPage
        ? `assumedSize: ${DEFAULT_PAGE_SIZE}, slicingArguments: ["first", "last"]`
        : // A page of lines around a line is sized by its two sides, which have defaults.
          'slicingArguments: ["before", "after"]';
      sizes[`${type.name}.${name}`] =
        `${CALL} @listSize(${sizing}, sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)`;
    }
  }
  return sizes;
}
