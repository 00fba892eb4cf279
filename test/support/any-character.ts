import fc from 'fast-check';

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;
const LAST = 0x10ffff;

/**
 * Any character of Unicode, with the draws of `unit: 'binary'`. That unit fills a map of a million characters, which takes
 * seconds and then stays in the memory of all later tests of the process.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat(LAST - SURROGATES).map(
  (index) => String.fromCodePoint(index < FIRST_SURROGATE ? index : index + SURROGATES),
  (character) => {
    if (typeof character !== 'string' || !/^\P{Surrogate}$/u.test(character)) throw new Error('not one character');
    const point = character.codePointAt(0)!;
    return point < FIRST_SURROGATE ? point : point - SURROGATES;
  },
);
