import { extendSchema, isUnionType, Kind, parse, print, printSchema, visit } from 'graphql';
import type { ASTNode, ConstDirectiveNode, DocumentNode, GraphQLFieldResolver, GraphQLSchema } from 'graphql';

/**
 * What a schema needs to be a subgraph of Apollo Federation 2: two fields for gateways, and its own text with
 * directives. (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec)
 */
export interface SubgraphText {
  /** The text before the types: `extend schema @link(…)`, and definitions of custom directives. */
  readonly head: string;
  /** Directives by the element that has them: `Type` or `Type.field`. */
  readonly directives: Readonly<Record<string, string>>;
  /** Fields that the subgraph leaves out: `Type.field`. */
  readonly without?: ReadonlySet<string> | undefined;
}

export interface Entities<Context> {
  /** Types that other subgraphs may refer to. */
  readonly types: readonly string[];
  /** One result for each representation, in their order. */
  readonly resolve: GraphQLFieldResolver<unknown, Context, { readonly representations: readonly unknown[] }>;
  /** The type of a result. */
  readonly typeOf: (value: unknown) => string;
}

const gatewayFields = (types: readonly string[]): string => `
  "A representation of an entity: an object with \`__typename\` and \`id\`."
  scalar _Any
  "Anything that another subgraph can refer to by its type and id."
  union _Entity = ${types.join(' | ')}
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

/** The schema with the fields for gateways. */
export function withGatewayFields<Context>(
  schema: GraphQLSchema,
  text: SubgraphText,
  { types, resolve, typeOf }: Entities<Context>,
): GraphQLSchema {
  const extended = extendSchema(schema, parse(gatewayFields(types)));
  const { _entities, _service } = extended.getQueryType()?.getFields() ?? {};
  const union = extended.getType('_Entity');
  if (_entities === undefined || _service === undefined || !isUnionType(union)) {
    throw new Error('The schema has no query type to extend.');
  }
  const sdl = textOfSubgraph(schema, text);
  _entities.resolve = resolve;
  _service.resolve = () => ({ sdl });
  union.resolveType = typeOf;
  return extended;
}

/** The schema as gateways compose it. */
export function textOfSubgraph(schema: GraphQLSchema, { head, directives, without }: SubgraphText): string {
  let type = '';
  const marked = <Node extends ASTNode & { readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
    node: Node,
    place: string,
  ): Node | undefined => {
    const added = directives[place];
    return added === undefined
      ? undefined
      : { ...node, directives: [...(node.directives ?? []), ...directivesOf(added)] };
  };
  const document = visit<DocumentNode>(parse(printSchema(schema)), {
    ObjectTypeDefinition: {
      enter: (node) => {
        type = node.name.value;
        return marked(node, type);
      },
    },
    FieldDefinition: (node) => {
      const place = `${type}.${node.name.value}`;
      return without?.has(place) === true ? null : marked(node, place);
    },
    // Interface fields have no directives of ours.
    InterfaceTypeDefinition: () => false,
  });
  return `${head}\n\n${print(document)}\n`;
}

function directivesOf(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`scalar Any ${text}`).definitions;
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}
