import type { Graph } from './graph.ts';
import { graphOf } from './in-process.ts';
import { graphAt } from './over-http.ts';
import { addressOf } from './service-address.ts';
import type { GraphOptions } from './service-address.ts';
import type { Surroundings } from '../surroundings.ts';
import { withFederation } from '../with-federation.ts';

/** Gives a command the graph that it reads, and closes it afterwards. */
export async function withGraph(
  options: GraphOptions,
  surroundings: Surroundings,
  use: (graph: Graph) => Promise<number>,
): Promise<number> {
  const { stop } = surroundings;
  const address = addressOf(options, surroundings);
  if (address !== null) return use(graphAt(address, stop));
  return withFederation(options.config, surroundings, async (federation) => use(graphOf(federation, stop)));
}
