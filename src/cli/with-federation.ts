import { openSources } from '../library/open-sources.ts';
import type { Surroundings } from './surroundings.ts';
import { createFederation } from '../federation/create-federation.ts';
import type { Federation } from '../federation/api.ts';

/** Runs a command with a federation of the configured sources in this process, and closes it afterwards. */
export async function withFederation(
  config: string | undefined,
  surroundings: Surroundings,
  use: (federation: Federation) => Promise<number>,
): Promise<number> {
  const opened = await openSources({ config }, surroundings);
  const federation = createFederation(opened.sources, { tail: opened.configuration.tail });
  try {
    return await use(federation);
  } finally {
    await federation.close();
    await opened.close();
  }
}
