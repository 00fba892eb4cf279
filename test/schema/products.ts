import SchemaBuilder from '@pothos/core';
import type { GraphQLSchema } from 'graphql';
import { builder as ours } from '../../schema/builder.ts';
import { textOfSubgraph, withGatewayFields } from '../../schema/federated.ts';
import type { SubgraphText } from '../../schema/federated.ts';

/**
 * The subgraph that Apollo's compatibility suite asks about, made as our own graph is: with the options of our builder, and its
 * directives in a table beside it.
 */

interface Product {
  readonly id: string;
  readonly sku: string;
  readonly package: string;
  readonly variation: { readonly id: string };
  readonly caseNumber: string;
  readonly description: string;
}

const PRODUCTS: readonly Product[] = [
  {
    id: 'apollo-federation',
    sku: 'federation',
    package: '@apollo/federation',
    variation: { id: 'OSS' },
    caseNumber: '1234',
    description: 'Federation Study',
  },
  {
    id: 'apollo-studio',
    sku: 'studio',
    package: '',
    variation: { id: 'platform' },
    caseNumber: '1235',
    description: 'Studio Study',
  },
];

const DEPRECATED = {
  sku: 'apollo-federation-v1',
  package: '@apollo/federation-v1',
  reason: 'Migrate to Federation V2',
};
const USER = {
  email: 'support@apollographql.com',
  name: 'Jane Smith',
  totalProductsCreated: 1_337,
  yearsOfEmployment: 10,
};

interface User {
  readonly email: string;
  readonly name?: string;
  readonly totalProductsCreated?: number;
  readonly yearsOfEmployment?: number;
}

interface Research {
  readonly study: { readonly caseNumber: string; readonly description: string };
}

interface Inventory {
  readonly id: string;
}

const TEXT: SubgraphText = {
  head: `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@composeDirective", "@external", "@key", "@inaccessible", "@interfaceObject", "@override", "@provides", "@requires", "@shareable", "@tag"])
      @link(url: "https://myspecs.dev/myCustomDirective/v1.0", import: ["@custom"])
      @composeDirective(name: "@custom")
    directive @custom on OBJECT`,
  directives: {
    Product: '@custom @key(fields: "id") @key(fields: "sku package") @key(fields: "sku variation { id }")',
    'Product.createdBy': '@provides(fields: "totalProductsCreated")',
    'Product.notes': '@tag(name: "internal")',
    DeprecatedProduct: '@key(fields: "sku package")',
    ProductResearch: '@key(fields: "study { caseNumber }")',
    ProductDimension: '@shareable',
    'ProductDimension.unit': '@inaccessible',
    User: '@key(fields: "email")',
    'User.averageProductsCreatedPerYear': '@requires(fields: "totalProductsCreated yearsOfEmployment")',
    'User.name': '@override(from: "users")',
    'User.totalProductsCreated': '@external',
    'User.yearsOfEmployment': '@external',
    Inventory: '@interfaceObject @key(fields: "id")',
  },
};

type Representation = Readonly<Record<string, unknown>> & { readonly __typename: string };

/** What a representation stands for, with the type that it has. */
function entityOf(representation: Representation): object | null {
  const { __typename, ...given } = representation;
  const entity = find(__typename, given);
  return entity === null ? null : { __typename, ...entity };
}

function find(type: string, given: Readonly<Record<string, unknown>>): object | null {
  const { id, sku, package: name, variation } = given as Partial<Product>;
  switch (type) {
    case 'Product':
      return (
        PRODUCTS.find(
          (one) => one.id === id || (one.sku === sku && (one.package === name || one.variation.id === variation?.id)),
        ) ?? null
      );
    case 'DeprecatedProduct':
      return sku === DEPRECATED.sku && name === DEPRECATED.package ? DEPRECATED : null;
    case 'ProductResearch': {
      const { study } = given as unknown as Research;
      return PRODUCTS.map(researchOf).find((one) => one.study.caseNumber === study.caseNumber) ?? null;
    }
    case 'User':
      return { ...USER, ...given };
    default:
      return given;
  }
}

const researchOf = ({ caseNumber, description }: Product): Research => ({ study: { caseNumber, description } });

export function productsSchema(): GraphQLSchema {
  const builder = new SchemaBuilder<{ DefaultFieldNullability: false }>({ ...ours.options } as never);
  const ProductRef = builder.objectRef<Product>('Product');
  const DeprecatedRef = builder.objectRef<typeof DEPRECATED>('DeprecatedProduct');
  const VariationRef = builder.objectRef<Product['variation']>('ProductVariation');
  const DimensionRef = builder.objectRef<object>('ProductDimension');
  const ResearchRef = builder.objectRef<Research>('ProductResearch');
  const StudyRef = builder.objectRef<Research['study']>('CaseStudy');
  const UserRef = builder.objectRef<User>('User');
  const InventoryRef = builder.objectRef<Inventory>('Inventory');

  VariationRef.implement({ fields: (t) => ({ id: t.exposeID('id') }) });
  DimensionRef.implement({
    fields: (t) => ({
      size: t.string({ nullable: true, resolve: () => 'small' }),
      weight: t.float({ nullable: true, resolve: () => 1 }),
      unit: t.string({ nullable: true, resolve: () => 'kg' }),
    }),
  });
  StudyRef.implement({
    fields: (t) => ({
      caseNumber: t.exposeID('caseNumber'),
      description: t.exposeString('description', { nullable: true }),
    }),
  });
  ResearchRef.implement({
    fields: (t) => ({
      study: t.field({ type: StudyRef, resolve: ({ study }) => study }),
      outcome: t.string({ nullable: true, resolve: () => null }),
    }),
  });
  UserRef.implement({
    fields: (t) => ({
      averageProductsCreatedPerYear: t.int({
        nullable: true,
        resolve: ({ totalProductsCreated = 0, yearsOfEmployment = 1 }) =>
          Math.round(totalProductsCreated / yearsOfEmployment),
      }),
      email: t.exposeID('email'),
      name: t.string({ nullable: true, resolve: () => USER.name }),
      totalProductsCreated: t.exposeInt('totalProductsCreated', { nullable: true }),
      yearsOfEmployment: t.int({ resolve: ({ yearsOfEmployment }) => yearsOfEmployment ?? 0 }),
    }),
  });
  DeprecatedRef.implement({
    fields: (t) => ({
      sku: t.exposeString('sku'),
      package: t.exposeString('package'),
      reason: t.exposeString('reason', { nullable: true }),
      createdBy: t.field({ type: UserRef, nullable: true, resolve: () => USER }),
    }),
  });
  ProductRef.implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      sku: t.exposeString('sku', { nullable: true }),
      package: t.exposeString('package', { nullable: true }),
      variation: t.field({ type: VariationRef, nullable: true, resolve: ({ variation }) => variation }),
      dimensions: t.field({ type: DimensionRef, nullable: true, resolve: () => ({}) }),
      createdBy: t.field({ type: UserRef, nullable: true, resolve: () => USER }),
      notes: t.string({ nullable: true, resolve: () => null }),
      research: t.field({ type: [ResearchRef], resolve: (product) => [researchOf(product)] }),
    }),
  });
  InventoryRef.implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      deprecatedProducts: t.field({ type: [DeprecatedRef], resolve: () => [DEPRECATED] }),
    }),
  });
  builder.queryType({
    fields: (t) => ({
      product: t.field({
        type: ProductRef,
        nullable: true,
        args: { id: t.arg.id({ required: true }) },
        resolve: (_root, { id }) => PRODUCTS.find((product) => product.id === id) ?? null,
      }),
      deprecatedProduct: t.field({
        type: DeprecatedRef,
        nullable: true,
        deprecationReason: 'Use product query instead',
        args: { sku: t.arg.string({ required: true }), package: t.arg.string({ required: true }) },
        resolve: (_root, { sku }) => (sku === DEPRECATED.sku ? DEPRECATED : null),
      }),
    }),
  });
  return withGatewayFields(builder.toSchema(), TEXT, {
    types: ['Product', 'DeprecatedProduct', 'ProductResearch', 'User', 'Inventory'],
    resolve: (_root, { representations }) => representations.map((one) => entityOf(one as Representation)),
    typeOf: (value) => (value as Representation).__typename,
  });
}

/** The schema as its gateway composes it. */
export const productsText = (schema: GraphQLSchema): string => textOfSubgraph(schema, TEXT);
