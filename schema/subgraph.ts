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

/** What a call of a vendor weighs beside an object that is already there, which weighs 1. */
const CALL = '@cost(weight: 10)';

const DIRECTIVES: Readonly<Record<string, string>> = {
  // Each node type is an entity: other subgraphs refer to it by its global id.
  ...Object.fromEntries(NODE_TYPES.map((type) => [type, '@key(fields: "id")'])),
  // Other Relay subgraphs have the same type.
  PageInfo: '@shareable',
  'Query.job': CALL,
  'Query.node': CALL,
  'Source.health': CALL,
  // It reads lines of a log to count them.
  'Query.logHistogram': '@cost(weight: 200)',
};

export interface SubgraphOptions {
  /** Are `Query.node` and `Query.nodes` part of the subgraph? A supergraph takes them from one of its subgraphs. Default: yes. */
  readonly nodes?: boolean | undefined;
}

/** Fields that any Relay graph has, and only one subgraph can answer. */
const NODE_FIELDS: ReadonlySet<string> = new Set(['Query.node', 'Query.nodes']);

/** The schema with what only a gateway asks. */
export function asSubgraph(schema: GraphQLSchema, options: SubgraphOptions = {}): GraphQLSchema {
  return withGatewayFields<GraphContext>(schema, textFor(schema, options), {
    types: NODE_TYPES,
    resolve: entities,
    // Only what our resolver returns gets here.
    typeOf: (value) => typeOfNode(value as AnyNode),
  });
}

/** The schema as a gateway composes it. */
export function subgraphText(schema: GraphQLSchema, options: SubgraphOptions = {}): string {
  return textOfSubgraph(schema, textFor(schema, options));
}

function textFor(schema: GraphQLSchema, { nodes = true }: SubgraphOptions): SubgraphText {
  const directives = { ...DIRECTIVES, ...connectionSizes(schema) };
  return nodes ? { head: HEAD, directives } : { head: HEAD, directives, without: NODE_FIELDS };
}

/** Gateways that limit cost count the rows that `first` or `last` asks for, or, without both, those of our default page. */
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
        : // Lines around a line are counted on its two sides, which have defaults.
          'slicingArguments: ["before", "after"]';
      sizes[`${type.name}.${name}`] =
        `${CALL} @listSize(${sizing}, sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)`;
    }
  }
  return sizes;
}
