import type { Graph } from './graph.ts';
import { graphAt } from './over-http.ts';
import { addressOf } from './service-address.ts';
import type { GraphOptions } from './service-address.ts';
import type { Surroundings } from '../surroundings.ts';

/** Runs a command with the graph that it reads, and closes the graph afterwards. */
export async function withGraph(
  options: GraphOptions,
  surroundings: Surroundings,
  use: (graph: Graph) => Promise<number>,
): Promise<number> {
  const { stop } = surroundings;
  const address = addressOf(options, surroundings);
  if (address !== null) return use(graphAt(address, stop));
  // Loaded on demand: a command that reads a service needs none of this.
  const [{ withFederation }, { graphOf }] = await Promise.all([
    import('../with-federation.ts'),
    import('./in-process.ts'),
  ]);
  return withFederation(options.config, surroundings, async (federation) => use(graphOf(federation, stop)));
}
