import { serve } from './serve.ts';
import type { Surroundings } from '../surroundings.ts';

export interface DemoOptions {
  readonly port?: number | undefined;
  /** True: open the explorer in a browser. */
  readonly open: boolean;
}

/**
 * Runs the sandbox, the service and the explorer in one process, and ignores any configuration. Opens the explorer if
 * standard output is a terminal.
 */
export async function demo({ port, open }: DemoOptions, surroundings: Surroundings): Promise<number> {
  const { browse, complain } = surroundings;
  return serve({ config: {}, port }, surroundings, (url) => {
    complain(
      `The log explorer: ${url}/\nGraphiQL: ${url}/graphql\nMade-up jobs on simulated vendors. Ctrl+C ends it.\n`,
    );
    if (open) browse?.(`${url}/`);
  });
}
