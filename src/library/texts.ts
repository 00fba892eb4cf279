import { lexicographicSortSchema, printSchema } from 'graphql';
import { clientSchema } from '../../schema/index.ts';
import { subgraphText as textOf } from '../../schema/subgraph.ts';
import type { SubgraphOptions } from '../../schema/subgraph.ts';

/** The graph as text: the content of schema/schema.graphql. */
export function schemaText(): string {
  return `${printSchema(lexicographicSortSchema(clientSchema))}\n`;
}

/** The graph as a gateway of Apollo Federation composes it: the result of `_service { sdl }`. */
export function subgraphText(options: SubgraphOptions = {}): string {
  return textOf(clientSchema, options);
}
