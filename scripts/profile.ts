/** Lists where the time of a `.cpuprofile` went, or of the newest one in a folder: `npx tsx scripts/profile.ts FILE`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const MOST = 45;

function newestIn(path: string): string {
  if (!statSync(path).isDirectory()) return path;
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => join(path, name));
  const newest = files.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (newest === undefined) throw new Error(`There is no profile in ${path}.`);
  return newest;
}

function fileOf(url: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return inPackage ?? url.replace(/^.*\/dist\//, '');
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

function print(title: string, times: ReadonlyMap<string, number>, total: number): void {
  write(`\n${title}`);
  const rows = [...times].toSorted(([, a], [, b]) => b - a).slice(0, MOST);
  for (const [name, time] of rows) write(`${((100 * time) / total).toFixed(1).padStart(6)} %  ${name}`);
}

const path = newestIn(process.argv[2] ?? '.');
// Written by node's own profiler.
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, 'utf8')) as Profile;
const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
const functions = new Map<string, number>();
const files = new Map<string, number>();
let total = 0;
samples.forEach((id, index) => {
  const frame = frames.get(id);
  if (frame === undefined || frame.functionName === '(idle)') return;
  const time = timeDeltas[index] ?? 0;
  total += time;
  const file = fileOf(frame.url) || frame.functionName;
  const name = `${frame.functionName || '(anonymous)'} ${file}:${frame.lineNumber + 1}`;
  functions.set(name, (functions.get(name) ?? 0) + time);
  files.set(file, (files.get(file) ?? 0) + time);
});
write(`${path}: ${(total / 1000).toFixed(0)} ms of processor time`);
print('By function (self time)', functions, total);
print('By file or package', files, total);
