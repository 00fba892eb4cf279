/**
 * What W5 costs without HTTP: the same bytes in one process, read in four ways that take turns. `npx tsx bench/whole-answer.ts`. Prints the
 * processor time of each, the least and the median; what V8 collects beside the main thread counts, too.
 */
import { FanOut } from '../src/vendors/bytenite/logs/answer.ts';
import { LINE_IDENTITY } from '../src/vendors/bytenite/logs/entry.ts';
import { readLogStream } from '../src/vendors/bytenite/logs/body/stream.ts';
import { NearestRows } from '../src/pagination/whole-response/nearest-rows.ts';
import { formatInstant } from '../src/domain/time.ts';
import { markdownTable } from './tail/figures.ts';

const LINES = 200_000;
const ROUNDS = 7;
const CHUNK_BYTES = 64 * 1024;
const START = 1_777_860_000_000_000_000n;
const STEP = 2_123_456_000n;

interface Line {
  readonly log: string;
  readonly timestamp: string;
  readonly level: string;
  readonly container: string;
}

function lineOf(index: number): Line {
  const log = `step ${index}: loss ${(4 / (index + 2)).toFixed(6)}, accuracy 0.9873, 512 samples in 1.84 s on "cuda:${index % 8}"`;
  return { log, timestamp: formatInstant(START + BigInt(index) * STEP), level: 'INFO', container: 'container-1' };
}

function chunksOfAnswer(): readonly Buffer[] {
  const lines = Array.from({ length: LINES }, (_, index) => lineOf(index));
  const body = Buffer.from(JSON.stringify({ partitioner: lines }));
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += CHUNK_BYTES) chunks.push(Buffer.from(body.subarray(at, at + CHUNK_BYTES)));
  return chunks;
}

const chunks = chunksOfAnswer();

async function* arriving(): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

function parsed(): readonly Line[] {
  // Written above.
  return (JSON.parse(Buffer.concat(chunks).toString()) as { readonly partitioner: readonly Line[] }).partitioner;
}

const WAYS: Readonly<Record<string, () => unknown>> = {
  'JSON.parse of the whole': parsed,
  'JSON.parse, sorted by time': () =>
    parsed()
      .toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
      .slice(0, 20),
  'scanned, nothing kept': () => readLogStream(arriving(), () => undefined, 'bytenite'),
  async 'scanned, the first 20 kept and placed'() {
    const nearest = new NearestRows({
      identity: LINE_IDENTITY,
      direction: 'forward',
      from: null,
      until: null,
      size: 84,
    });
    const selection = { services: null, taskIds: null, severity: null };
    const recency = { notBefore: 0, inSequence: false };
    const begin = () => (row: Parameters<typeof nearest.offer>[0]) => {
      nearest.offer(row);
    };
    const lines = new FanOut([{ job: 'job', selection, begin, recency, failure: null }]);
    const take = lines.take.bind(lines);
    await readLogStream(arriving(), take, 'bytenite');
    return nearest.take();
  },
};

const used = new Map<string, number[]>(Object.keys(WAYS).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, read] of Object.entries(WAYS)) {
    const before = process.cpuUsage();
    await read();
    const { user, system } = process.cpuUsage(before);
    used.get(name)?.push((user + system) / 1000);
  }
}
const rows = [...used].map(([name, times]) => {
  const sorted = times.toSorted((a, b) => a - b);
  return [name, ...[sorted[0] ?? NaN, sorted[ROUNDS >> 1] ?? NaN].map((time) => time.toFixed(0))];
});
console.log(markdownTable(['', 'least, ms', 'median, ms'], rows));
