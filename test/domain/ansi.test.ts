import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripAnsi, toValidUnicode, truncate } from '../../src/domain/ansi.ts';

describe('stripping terminal output', () => {
  it.each([
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
  ])('takes out %s', (_what, text, plain) => {
    expect(stripAnsi(text)).toBe(plain);
  });

  it.each([
    ['keeps lines and tabs', 'a\tb\nc', 'a\tb\nc'],
    ['leaves the last writing of a progress bar', '10%\r50%\r100%\nnext', '100%\nnext'],
    ['takes line ends of Windows as line ends', 'a\r\nb\r\n', 'a\nb\n'],
    ['keeps a line that only returns at its end', 'working\r', 'working'],
    ['leaves letters of all scripts alone', 'Grüße, 世界 🚀', 'Grüße, 世界 🚀'],
  ])('%s', (_what, text, plain) => {
    expect(stripAnsi(text)).toBe(plain);
  });

  it('leaves no control character but line feed and tab, and nothing to strip again', () => {
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

  it.each(['\u001b]', '\u009d', '\u001b[', '\u001b ', '\r', '\u001bP\u001b'])(
    'takes a megabyte of %j in its stride',
    (unit) => {
      const started = performance.now();
      stripAnsi(unit.repeat(1_000_000 / unit.length));
      // A quadratic pattern takes minutes.
      expect(performance.now() - started).toBeLessThan(2_000);
    },
  );
});

it('half a character becomes the replacement character, whole ones stay', () => {
  expect(toValidUnicode('a\ud83db\ude80🚀')).toBe('a\ufffdb\ufffd🚀');
});

it('cutting never leaves half a character', () => {
  expect(truncate('ab🚀', 3)).toBe('ab');
  expect(truncate('ab🚀', 4)).toBe('ab🚀');
  expect(truncate('', 0)).toBe('');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, length) => {
      const cut = truncate(text, length);
      expect(cut.length).toBeLessThanOrEqual(length);
      expect(text.startsWith(cut)).toBe(true);
      expect(toValidUnicode(cut)).toBe(cut);
    }),
  );
});
