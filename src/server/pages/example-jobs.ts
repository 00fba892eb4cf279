import { createContext } from '../../context.ts';
import type { Federation } from '../../federation/api.ts';
import { encodeNodeId } from '../../federation/node-id.ts';

/** How long the page waits for example jobs. Slow sources contribute none. */
const PATIENCE_MILLISECONDS = 700;

/** Ids of a few jobs for the examples, running jobs first. Empty if no source answers in time. */
export async function exampleJobIds(federation: Federation): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const found = await Promise.all(
    federation.sources.map(async ({ name }) => {
      const { call } = createContext(federation, { signal, authorization: null });
      const jobs = await federation
        .jobs({ first: 20, sources: [name] }, call)
        .nodes()
        .catch(() => []);
      return [...jobs.filter(({ status }) => status === 'RUNNING'), ...jobs].slice(0, 1);
    }),
  );
  return found
    .flat()
    .sort((a, b) => Number(b.status === 'RUNNING') - Number(a.status === 'RUNNING'))
    .map(({ source, key }) => encodeNodeId('Job', source, key));
}
