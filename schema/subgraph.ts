import { extendSchema, isUnionType, Kind, parse, print, printSchema, visit } from 'graphql';
import type { ConstDirectiveNode, DocumentNode, GraphQLSchema } from 'graphql';
import { entities } from '../resolvers/entities.ts';
import { typeOfNode } from '../resolvers/node.ts';
import type { AnyNode } from '../resolvers/node.ts';
import { NODE_TYPES } from '../src/federation/node-id.ts';

/**
 * What a schema needs to be a subgraph of Apollo Federation 2: two fields that a gateway asks, and its own text with
 * directives. (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec)
 */

/** Each node type is an entity: other subgraphs refer to it by its global id. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NODE_TYPES.map((type) => [type, '@key(fields: "id")'])),
  // Other Relay subgraphs have the same type.
  PageInfo: '@shareable',
};

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@shareable"])';

const GATEWAY_FIELDS = `
  "A representation of an entity: an object with \`__typename\` and \`id\`."
  scalar _Any
  "Anything that another subgraph can refer to by its type and id."
  union _Entity = ${NODE_TYPES.join(' | ')}
  "The graph as a subgraph."
  type _Service {
    "The graph as text, with the directives of Apollo Federation."
    sdl: String!
  }
  extend type Query {
    """
    For gateways of Apollo Federation: entities by \`__typename\` and \`id\`, one result for each representation. Other clients
    use \`nodes\`.
    """
    _entities(
      "Objects with the \`__typename\` of an entity and its \`id\`."
      representations: [_Any!]!
    ): [_Entity]!
    "For gateways of Apollo Federation: the graph as a subgraph."
    _service: _Service!
  }
`;

export interface SubgraphOptions {
  /** Are `Query.node` and `Query.nodes` part of the subgraph? A supergraph takes them from one of its subgraphs. Default: yes. */
  readonly nodes?: boolean | undefined;
}

/** The schema with what only a gateway asks. */
export function asSubgraph(schema: GraphQLSchema, options: SubgraphOptions = {}): GraphQLSchema {
  const extended = extendSchema(schema, parse(GATEWAY_FIELDS));
  const { _entities, _service } = extended.getQueryType()?.getFields() ?? {};
  const union = extended.getType('_Entity');
  if (_entities === undefined || _service === undefined || !isUnionType(union)) {
    throw new Error('The schema has no query type to extend.');
  }
  const sdl = subgraphText(schema, options);
  _entities.resolve = entities;
  _service.resolve = () => ({ sdl });
  // Only what our resolver returns gets here.
  union.resolveType = (value: AnyNode) => typeOfNode(value);
  return extended;
}

/** The schema as a gateway composes it. */
export function subgraphText(schema: GraphQLSchema, { nodes = true }: SubgraphOptions = {}): string {
  const document = visit<DocumentNode>(parse(printSchema(schema)), {
    ObjectTypeDefinition: (type) => {
      if (type.name.value === 'Query' && !nodes)
        return { ...type, fields: type.fields?.filter(({ name }) => !NODE_FIELDS.has(name.value)) ?? [] };
      const directives = DIRECTIVES[type.name.value];
      return directives === undefined ? undefined : { ...type, directives: directivesOf(directives) };
    },
  });
  return `${LINK}\n\n${print(document)}\n`;
}

/** Fields that any Relay graph has, and only one subgraph can answer. */
const NODE_FIELDS: ReadonlySet<string> = new Set(['node', 'nodes']);

function directivesOf(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`scalar Any ${text}`).definitions;
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}
