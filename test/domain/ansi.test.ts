import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownStart, shownText, stripAnsi, toValidUnicode, truncate } from '../../src/domain/ansi.ts';
import { cpuTimeOf } from '../support/cpu-time.ts';
import { anyCharacter } from '../support/any-character.ts';

describe('stripping terminal output', () => {
  test.each([
    ['colours', '\u001b[1;31merror\u001b[0m: no', 'error: no'],
    ['8-bit control sequences', '\u009b31mred\u009b0m', 'red'],
    ['cursor moves and erasing', 'a\u001b[2K\u001b[1Gb\u001b[?25l', 'ab'],
    ['a window title', '\u001b]0;title\u0007text', 'text'],
    ['a link', '\u001b]8;;https://example.com\u001b\\here\u001b]8;;\u001b\\', 'here'],
    ['a device control string', 'x\u001bPq#0\u001b\\y', 'xy'],
    ['short sequences', '\u001b(Ba\u001b=b\u001b7', 'ab'],
    ['NUL, bell, backspace and delete', 'a\0b\u0007c\bd\u007f', 'abcd'],
    ['a lone escape at the end', 'text\u001b', 'text'],
    ['a string that never ends, but for its introducer', '\u001b]0;the rest stays', '0;the rest stays'],
    ['a string that other control characters interrupt, the same', '\u001b]0;one\ntwo\u0007', '0;one\ntwo'],
    ['a lone escape before a word, and nothing of the word', '\u001bError and \u001bMore', 'Error and More'],
    ['what a reset of the terminal is made of', '\u001bc\u001b[!p\u001b[?3;4l\u001b>text', 'text'],
  ])('removes %s', (_what, text, plain) => {
    expect(stripAnsi(text)).toBe(plain);
  });

  test.each([
    ['keeps lines and tabs', 'a\tb\nc', 'a\tb\nc'],
    ['leaves the last writing that says something', 'all done\r        \r', 'all done'],
    [
      'takes C1 controls of text that was decoded wrongly out alone',
      'â\u0080\u009cquoted wordsâ\u0080\u009d Ã\u009cber',
      'âquoted wordsâ Ãber',
    ],
    [
      'keeps words behind lone C1 controls',
      '\u0090one \u0098two \u009dthree \u009efour \u009bfive\u009c',
      'one two three four five',
    ],
    [
      'keeps words behind a quotation mark of Windows-1252 that was decoded as Latin-1',
      '\u009b5 Options\u009b, \u009b2K video\u009b or \u009b31m high\u009b',
      '5 Options, 2K video or 31m high',
    ],
    ['leaves the last writing of a progress bar', '10%\r50%\r100%\nnext', '100%\nnext'],
    ['takes line ends of Windows as line ends', 'a\r\nb\r\n', 'a\nb\n'],
    ['keeps a line that only returns at its end', 'working\r', 'working'],
    ['leaves letters of all scripts alone', 'Grüße, 世界 🚀', 'Grüße, 世界 🚀'],
  ])('%s', (_what, text, plain) => {
    expect(stripAnsi(text)).toBe(plain);
  });

  test('leaves no control characters except line feed and tab, and nothing to strip again', () => {
    const terminal = fc.string({
      unit: fc.constantFrom('\u001b', '[', ']', '\u009b', '\u0007', '\\', '3', 'm', '\r', '\n', '\t', '\0', 'é'),
    });
    fc.assert(
      fc.property(terminal, (text) => {
        const plain = stripAnsi(text);
        expect(plain).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
        expect(stripAnsi(plain)).toBe(plain);
      }),
    );
  });

  test('keeps every word outside well-formed escape sequences', () => {
    const word = fc.string({ unit: fc.constantFrom(...Array.from('abcmDEHKMPQXZé文')), minLength: 2, maxLength: 6 });
    const sequence = fc.constantFrom(
      ...['\u001b[31m', '\u001b[0m', '\u001b[2K', '\u001b]8;;https://x.example/\u0007', '\u001b]0;t\u001b\\'],
      ...['\u001bPq\u001b\\', '\u001b(B', ' \u009b1m', '\u001b7', ''],
    );
    // Avoid starts of a sequence that the word could end: the word would then be inside it.
    const debris = fc.constantFrom(
      ...['\u001b', '\u001b]', '\u001b]0;', '\u001bP', '\u001b_', '\u001b^', '\u009d', '\u0090', '\u009b', 'Ã\u009b'],
      ...['â\u0080\u009c', 'â\u0080\u009d', '\0', '\b', '\u007f', ' ', '\t', '\n', ''],
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(sequence, debris, word), { maxLength: 12 }), (parts) => {
        // A blank line before each: lines overwritten by carriage returns are tested elsewhere.
        const text = parts.map((part) => part.join('')).join(' ');
        let from = 0;
        const plain = stripAnsi(text);
        for (const [, , expected] of parts) {
          const at = plain.indexOf(expected, from);
          expect(at, JSON.stringify({ text, plain, expected })).toBeGreaterThanOrEqual(0);
          from = at + expected.length;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['\u001b]', '\u009d', '\u001b[', '\u001b ', '\r', '\u001bP\u001b'])(
    'takes a megabyte of %j in its stride',
    (unit) => {
      const taken = cpuTimeOf(() => stripAnsi(unit.repeat(1_000_000 / unit.length)));
      // A quadratic pattern would take minutes.
      expect(taken).toBeLessThan(2_000);
    },
  );
});

test('the start of a shown text is the same, however much of the message is needed for it', () => {
  const unit = fc.constantFrom('\u001b', '[', '3', 'm', '\u009b', '\r', '\n', 'a', '🚀', '\ud83d', '\u001b]8;;x\u0007');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 30 }), fc.nat(20), (text, length) => {
      expect(shownStart(text, length)).toBe(truncate(shownText(text), length));
    }),
  );
});

test('half a character becomes the replacement character, and whole ones stay', () => {
  expect(toValidUnicode('a\ud83db\ude80🚀')).toBe('a\ufffdb\ufffd🚀');
});

test('cutting never leaves half a character', () => {
  expect(truncate('ab🚀', 3)).toBe('ab');
  expect(truncate('ab🚀', 4)).toBe('ab🚀');
  expect(truncate('', 0)).toBe('');
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.nat(20), (text, length) => {
      const cut = truncate(text, length);
      expect(cut.length).toBeLessThanOrEqual(length);
      expect(text.startsWith(cut)).toBe(true);
      expect(toValidUnicode(cut)).toBe(cut);
    }),
  );
});
