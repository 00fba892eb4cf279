import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { schemaText, subgraphText } from '../../library/texts.ts';

export interface SchemaOptions {
  readonly subgraph?: boolean | undefined;
  readonly nodes: boolean;
}

/** Prints the graph. It is the same for every configuration. */
export async function printGraph(
  { subgraph, nodes }: SchemaOptions,
  { print, complain }: Surroundings,
): Promise<number> {
  if (!nodes && subgraph !== true) {
    complain('--no-nodes goes with --subgraph: the graph that clients see always has them.\n');
    return EXIT.misused;
  }
  await print(subgraph === true ? subgraphText({ nodes }) : schemaText());
  return EXIT.done;
}
