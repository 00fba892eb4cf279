import type { LineDigest } from './line-digest.ts';

/**
 * A set of lines too many to be named: sorted into buckets by their digests, each bucket is the sum
 * (exclusive or) of its digests. Whoever can read the lines again can tell from it which ones are new: a
 * bucket's difference is the sum of those that are in it now and were not then.
 */
export interface LineSums {
  readonly count: number;
  /** The instant of the newest of them: what comes after it is new anyway. */
  readonly last: bigint;
  /** High and low halves of each bucket's sum, in turn. */
  readonly sums: Uint32Array;
}

/** A line that may be in a set. */
export interface Summed {
  readonly digest: LineDigest;
}

/** Lines to a bucket while there are few, and the most buckets: 4 KB. */
const USUAL_BUCKET = 4;
const MOST_BUCKETS = 512;

/** The most lines of a bucket that may be new, and the most lines in it to be searched for more than two. */
const MOST_NEW = 4;
const MOST_SEARCHED = 256;

/** How many buckets that many lines are sorted into. */
export function bucketsFor(count: number): number {
  return Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(count / USUAL_BUCKET)));
}

export function sumUp(lines: readonly Summed[], last: bigint, buckets = bucketsFor(lines.length)): LineSums {
  const sums = new Uint32Array(2 * buckets);
  for (const { digest } of lines) add(sums, digest);
  return { count: lines.length, last, sums };
}

/** The lines that are in one of two sets of as many buckets, and not in both. */
export function exclusive(a: Uint32Array, b: Uint32Array): Uint32Array {
  return a.map((half, i) => half ^ (b[i] ?? 0));
}

/**
 * Tells lines that are in the set from those that are not, when all lines of its time are given. Those of
 * a bucket that can not be told apart are in `unclear`: too many are new, or some of the set are not there.
 */
export function tellApart<T extends Summed>(set: LineSums, lines: readonly T[]): { known: T[]; unclear: T[] } {
  const buckets = set.sums.length / 2;
  const sorted = Array.from({ length: buckets }, (): T[] => []);
  const there = new Uint32Array(set.sums.length);
  for (const line of lines) {
    sorted[line.digest.high % buckets]?.push(line);
    add(there, line.digest);
  }
  const known: T[] = [];
  const unclear: T[] = [];
  sorted.forEach((inBucket, bucket) => {
    const old = oldOnes(inBucket, sumOf(set.sums, bucket), sumOf(there, bucket));
    for (const line of old ?? inBucket) (old === null ? unclear : known).push(line);
  });
  return { known, unclear };
}

function add(sums: Uint32Array, { high, low }: LineDigest): void {
  const at = 2 * (high % (sums.length / 2));
  sums[at] = ((sums[at] ?? 0) ^ high) >>> 0;
  sums[at + 1] = ((sums[at + 1] ?? 0) ^ low) >>> 0;
}

function sumOf(sums: Uint32Array, bucket: number): bigint {
  return (BigInt(sums[2 * bucket] ?? 0) << 32n) | BigInt(sums[2 * bucket + 1] ?? 0);
}

function valueOf({ digest }: Summed): bigint {
  return (BigInt(digest.high) << 32n) | BigInt(digest.low);
}

/** The lines of a bucket whose sum is `old`, when all of them have the sum `all`; null when that is not clear. */
function oldOnes<T extends Summed>(lines: readonly T[], old: bigint, all: bigint): readonly T[] | null {
  if (old === all) return lines;
  if (old === 0n) return [];
  const fresh = subset(lines, old ^ all);
  if (fresh !== null) return lines.filter((line) => !fresh.has(line));
  const few = subset(lines, old);
  return few === null ? null : [...few];
}

/** Up to four lines with that sum. */
function subset<T extends Summed>(lines: readonly T[], sum: bigint): ReadonlySet<T> | null {
  const byValue = new Map(lines.map((line) => [valueOf(line), line]));
  const pairs = new Map<bigint, readonly [T, T]>();
  const values = [...byValue];
  const single = byValue.get(sum);
  if (single !== undefined) return new Set([single]);
  for (const [i, [value, line]] of values.entries()) {
    const other = byValue.get(value ^ sum);
    if (other !== undefined && other !== line) return new Set([line, other]);
    if (lines.length > MOST_SEARCHED) continue;
    for (const [second, next] of values.slice(i + 1)) pairs.set(value ^ second, [line, next]);
  }
  for (const [value, line] of pairs.size === 0 ? [] : values) {
    const pair = pairs.get(value ^ sum);
    if (pair !== undefined && !pair.includes(line)) return new Set([line, ...pair]);
  }
  for (const [value, pair] of pairs) {
    const other = pairs.get(value ^ sum);
    const found = new Set(other === undefined ? [] : [...pair, ...other]);
    if (found.size === MOST_NEW) return found;
  }
  return null;
}
