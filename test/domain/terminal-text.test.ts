import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTable } from '../../src/cli/show/table.ts';
import { terminalCell, terminalJson, terminalLines, terminalText } from '../../src/domain/terminal-text.ts';
import { anyCharacter } from '../support/any-character.ts';

/** Characters that control a terminal or change the direction of writing. Line feeds and tabs are tested separately. */

const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001b[31m',
        '\u001b[2J\u001b[H',
        '\u001b]0;title\u0007',
        '\u001b]8;;https://evil.example\u001b\\',
        '\u009b31m',
        '\u0085',
        '\r',
        '\r\n',
        '\n',
        '\t',
        '\u2028',
        '\u202e',
        '\u2066',
        '\u200f',
        '\ud800',
        '\u0000',
        '\u007f',
        'nemo:default/other  SUCCEEDED',
        'naïve 漢字 🦊',
      ),
      fc.string({ unit: anyCharacter }),
    ),
  )
  .map((parts) => parts.join(''));

describe('foreign text on a terminal', () => {
  test('has no characters that control the terminal, and no line that looks like an output row', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const shown of [terminalText(text), terminalCell(text), terminalLines(text), terminalJson(text)])
          expect(shown).not.toMatch(OBEYED);
        expect(terminalCell(text)).not.toMatch(/[\n\t]/);
        expect(terminalJson(text)).not.toContain('\n');
        for (const line of terminalText(text).split('\n').slice(1)) expect(line.startsWith('    ')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('does not hide the start of a name or key behind a carriage return, as it does that of a message', () => {
    expect(terminalCell('evil:a\rnemo:default/payroll')).toBe('evil:a nemo:default/payroll');
    expect(terminalCell('evil:a\r\nb\r')).toBe('evil:a b ');
    expect(terminalText('10%\r100%')).toBe('100%');
  });

  test('is parsed as the same value by a program that reads the JSON, in valid Unicode', () => {
    const read: unknown[] = [];
    fc.assert(
      fc.property(fc.oneof(hostile, fc.jsonValue()), (value) => {
        const valid = JSON.stringify(value).replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f]../g, '$1\\ufffd');
        expect(JSON.parse(terminalJson(value))).toEqual(JSON.parse(valid));
        read.push(JSON.parse(terminalJson(value)));
      }),
    );
    // JSON.stringify escapes halves of surrogate pairs, and only those.
    expect(JSON.stringify(read)).not.toMatch(/(?<!\\)(?:\\\\)*\\ud[89a-f]/);
  });

  test('that is harmless stays unchanged', () => {
    const text = 'loss 0.25, naïve 漢字 🦊 ✓';
    expect([terminalText(text), terminalCell(text)]).toEqual([text, text]);
  });

  test('fills exactly one table row, in every column', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, name) => {
        const table = formatTable(['JOB', 'NAME'], [[key, name]]);
        expect(table.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
        expect(table.replaceAll('\n', '')).not.toMatch(OBEYED);
      }),
    );
  });
});
