import fc from 'fast-check';
import type { Bed, Line } from './bed.ts';
import { LEVELS, pick } from './bed.ts';

/** At least 200 runs of each law in CI; `DEEP=1` runs thousands. */
export const RUNS = process.env['DEEP'] === '1' ? 2_000 : 200;

/** How long one law may take, milliseconds: a law that is slower fails, and says with which seed. */
export const PATIENCE = process.env['DEEP'] === '1' ? 1_800_000 : 300_000;

export function settingsOf(runs: number): fc.Parameters<unknown> {
  return { numRuns: runs, plugins: [fc.interruptAfterTimeLimit(PATIENCE - 5_000, { failOnInterrupt: true })] };
}

/** Texts that repeat, and some that a vendor's templates, numbers or JSON could trip over. */
const TEXTS = [
  'loading',
  'step',
  'step',
  'ERROR: disk full',
  'WARNING: slow',
  'level=debug cache miss',
  "it's 100% {{done}}",
  'naïve ☃ 😀 {"a":1}',
  '[not json',
  // Shown as the plain text above, and found by it alone.
  '\u001b[31mERR\u001b[0mOR: disk full',
] as const;

const FINE = [0n, 0n, 0n, 1n, 999n, 1_000n, 400_000n, 999_999n] as const;

/** How many instants there are at most: lines share them. */
export const SLOTS = 14;

export const lineArbitrary: fc.Arbitrary<Line> = fc.record({
  slot: fc.nat({ max: SLOTS }),
  fine: fc.constantFrom(...FINE),
  text: fc.constantFrom(...TEXTS),
  severity: fc.constantFrom(...(Object.keys(LEVELS) as Line['severity'][])),
  step: fc.nat({ max: 7 }),
  task: fc.nat({ max: 7 }),
});

/** A log: some lines, and now and then an instant that no native page holds. */
export function logArbitrary(bed: Pick<Bed, 'crowd'>, maxLength = 45): fc.Arbitrary<readonly Line[]> {
  const crowd = fc.record({
    size: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(bed.crowd) }),
    slot: fc.nat({ max: SLOTS }),
    texts: fc.integer({ min: 1, max: TEXTS.length }),
  });
  return fc
    .tuple(fc.array(lineArbitrary, { maxLength }), crowd)
    .map(([lines, { size, slot, texts }]) => shownBriefly([...lines, ...crowdOf(size, slot, texts)]));
}

/** Lines of one instant: of every level and of every step, many of them the same. */
function crowdOf(size: number, slot: number, texts: number): Line[] {
  const levels = Object.keys(LEVELS) as Line['severity'][];
  return Array.from({ length: size }, (_, index) => ({
    slot,
    fine: 0n,
    text: pick(TEXTS, index % texts),
    severity: pick(levels, index),
    step: Math.floor(index / levels.length),
    task: 0,
  }));
}

/** The lines, in as few words as a counterexample can have. */
export function shownBriefly(lines: Line[]): readonly Line[] {
  const words = (): string =>
    lines
      .map(({ slot, fine, text, severity, step, task }) => `${slot}+${fine} ${severity} ${step}/${task} ${text}`)
      .join('; ');
  return Object.assign(lines, { [fc.toStringMethod]: () => `lines(${words()})` });
}

/** Sizes of pages: mostly small, up to the largest that a client may ask for. */
export const sizeArbitrary = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 70 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
);

/** Names that could be taken for a part of a path, a query or a filter. */
export const NASTY = [
  ' ',
  'a b',
  'a/b',
  '..',
  '.',
  '../..',
  'a/../b',
  '%',
  '50%',
  '%2e%2e',
  '%2F..%2F',
  "it's",
  "' or 1 eq 1 or '",
  'say "x"',
  '")),eq(id,"1',
  'a,b',
  '(x)',
  '*',
  'a&limit=1',
  'a?b=c',
  'a#b',
  'a;b',
  'a+b',
  '\\',
  'ü☃😀',
  '\u202e',
  'line\nbreak',
  '\u0000',
  '__proto__',
  '~',
] as const;
