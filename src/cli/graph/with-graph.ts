import type { Graph } from './graph.ts';
import { graphOf } from './in-process.ts';
import type { Surroundings } from '../surroundings.ts';
import { withFederation } from '../with-federation.ts';

/** Where a command reads. */
export interface GraphOptions {
  readonly config?: string | undefined;
}

/** Gives a command the graph that it reads, and closes it afterwards. */
export async function withGraph(
  { config }: GraphOptions,
  surroundings: Surroundings,
  use: (graph: Graph) => Promise<number>,
): Promise<number> {
  return withFederation(config, surroundings, async (federation) => use(graphOf(federation, surroundings.stop)));
}
