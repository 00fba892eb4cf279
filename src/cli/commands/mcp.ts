import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { withFederation } from '../with-federation.ts';

export interface McpOptions {
  readonly config?: string | undefined;
}

/** Serves an assistant over standard input and output until it disconnects. */
export async function mcp({ config }: McpOptions, surroundings: Surroundings): Promise<number> {
  // Loaded on demand: about a hundred modules that no other command needs.
  const { serveAssistant } = await import('../../assistant/index.ts');
  return withFederation(config, surroundings, async (federation) => {
    await serveAssistant(federation, surroundings.stop);
    return EXIT.done;
  });
}
