import { createCall } from '../../../src/domain/call.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import { byteNite } from '../../../src/vendors/bytenite/index.ts';
import { rowsOf } from '../../../src/pagination/core/hinted-rows.ts';

/**
 * Runs in its own process, so that only its memory is measured: several clients read the first 20 lines of a job at
 * once. Writes the lines that each got, and the peak growth of the process's memory, as JSON.
 */
const [baseUrl = '', apiKey = '', job = '', clients = '1'] = process.argv.slice(2);
const http = createSourceHttp({
  source: 'bytenite',
  baseUrl,
  auth: { type: 'api-key-exchange', tokenUrl: byteNite.tokenUrl(baseUrl) ?? '', apiKey },
  forward: false,
  limits: DEFAULT_LIMITS,
});
const connector = byteNite.create({ source: 'bytenite', http, options: {} });

async function first(key: string): Promise<string[]> {
  const call = createCall();
  const { partitions } = await connector.logs({ job: key }, {}, call);
  const messages: string[] = [];
  for (const partition of partitions) {
    for await (const batch of partition.read(
      { direction: 'forward', from: null, hint: null, until: null, need: 20 },
      call,
    )) {
      messages.push(...rowsOf(batch).map((row) => row.message));
      if (messages.length >= 20) break;
    }
  }
  return messages.slice(0, 20);
}

function measure(): { resident: number; held: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, held: heapUsed + external };
}

// Connects, gets a token and loads the code first: what is measured is the reading.
await connector.probe(createCall());
globalThis.gc?.();
const before = measure();
const peak = { ...before };
const sampler = setInterval(() => {
  const now = measure();
  peak.resident = Math.max(peak.resident, now.resident);
  peak.held = Math.max(peak.held, now.held);
}, 5);
const started = performance.now();
const messages = await Promise.all(Array.from({ length: Number(clients) }, () => first(job)));
clearInterval(sampler);
process.stdout.write(
  JSON.stringify({
    messages,
    milliseconds: Math.round(performance.now() - started),
    residentGrowth: peak.resident - before.resident,
    heapGrowth: peak.held - before.held,
  }),
);
await http.close();
