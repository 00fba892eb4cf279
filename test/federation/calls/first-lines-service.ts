import { execute, parse } from 'graphql';
import { schema } from '../../../schema/index.ts';
import { parseConfiguration } from '../../../src/config/parse.ts';
import { closeSources, connectSources } from '../../../src/config/sources.ts';
import { createContext } from '../../../src/context.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import { VENDORS } from '../../../src/vendors/index.ts';

/**
 * Runs in its own process, so that only its memory is measured: the whole service reads the first 20 lines of a job,
 * and prints the result and its peak memory growth as JSON.
 */
const [sourceConfiguration = '', warmUp = '', job = ''] = process.argv.slice(2);
const configuration = parseConfiguration(
  { sources: { bytenite: JSON.parse(sourceConfiguration) as unknown } },
  { origin: 'the test', vendors: VENDORS, environment: {} },
);
const sources = connectSources(configuration);
const federation = createFederation(sources);

async function first(key: string): Promise<unknown> {
  const document = parse(
    `{ job(source: "bytenite", key: "${key}") { logs(first: 20) { nodes { message } pageInfo { hasNextPage endCursor } } } }`,
  );
  const contextValue = createContext(federation, { signal: new AbortController().signal, authorization: null });
  return execute({ schema, document, contextValue });
}

function measure(): { resident: number; held: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, held: heapUsed + external };
}

// Connect, fetch a token and load the code first, so that only the reading is measured.
await first(warmUp);
globalThis.gc?.();
const before = measure();
const peak = { ...before };
const sampler = setInterval(() => {
  const now = measure();
  peak.resident = Math.max(peak.resident, now.resident);
  peak.held = Math.max(peak.held, now.held);
}, 5);
const started = performance.now();
const result = await first(job);
clearInterval(sampler);
process.stdout.write(
  JSON.stringify({
    result,
    milliseconds: Math.round(performance.now() - started),
    residentGrowth: peak.resident - before.resident,
    heapGrowth: peak.held - before.held,
  }),
);
await federation.close();
await closeSources(sources);
