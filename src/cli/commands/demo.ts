import { serve } from './serve.ts';
import type { Surroundings } from '../surroundings.ts';

export interface DemoOptions {
  readonly port?: number | undefined;
  /** Open the explorer in a browser? */
  readonly open: boolean;
}

/** The sandbox, the service and the explorer in one, whatever is configured. Opens the explorer where a person sits at a terminal. */
export async function demo({ port, open }: DemoOptions, surroundings: Surroundings): Promise<number> {
  const { browse, complain } = surroundings;
  return serve({ config: {}, port }, surroundings, (url) => {
    complain(
      `The log explorer: ${url}/\nGraphiQL: ${url}/graphql\nMade-up jobs on simulated vendors. Ctrl+C ends it.\n`,
    );
    if (open) browse?.(`${url}/`);
  });
}
