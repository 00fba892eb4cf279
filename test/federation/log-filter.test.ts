import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownText } from '../../src/domain/ansi.ts';
import type { LogFilter } from '../../src/domain/log-filter.ts';
import { NO_SEVERITY } from '../../src/domain/severity.ts';
import { inferSeverity } from '../../src/domain/infer-severity.ts';
import { entryPredicate } from '../../src/federation/log-filter/filter.ts';
import { AcceptFilter } from '../../src/federation/tail/subscriber/accept-filter.ts';
import { entryOf } from './fake-sources.ts';

const COLOURED = '\u001b[31mERR\u001b[0mOR: disk full';
const LINK = 'see \u001b]8;;https://hidden.example/\u0007the report\u001b]8;;\u0007';

function passes(message: string, filter: LogFilter): boolean {
  const entry = { ...entryOf({ time: 1n, id: 'a', text: '', level: 'info' } as never), severity: NO_SEVERITY, message };
  const predicate = entryPredicate(filter);
  const here = predicate?.(entry) ?? true;
  expect(new AcceptFilter(filter, { since: null, before: null }).accepts(entry)).toBe(here);
  return here;
}

describe('a text filter judges the shown text of a line', () => {
  test.each<[string, LogFilter, boolean]>([
    [COLOURED, { contains: 'ERROR: ' }, true],
    [COLOURED, { notContains: ['ERROR'] }, false],
    [COLOURED, { notContains: ['warm', 'disk'] }, false],
    [COLOURED, { notContains: ['warm', 'disc'] }, true],
    [COLOURED, { notContains: [] }, true],
    [COLOURED, { matches: '^ERROR: disk full$' }, true],
    [COLOURED, { contains: '[31m' }, false],
    [COLOURED, { notContains: ['[31m'], contains: 'disk' }, true],
    [LINK, { contains: 'hidden.example' }, false],
    [LINK, { matches: '^see the report$' }, true],
    ['10%\r100%', { contains: '10%\r' }, false],
    ['a \ud83d b', { contains: '\ufffd' }, true],
  ])('%j with %j: %s', (message, filter, expected) => {
    expect(passes(message, filter)).toBe(expected);
  });

  test('ignores escape sequences, and so does an inferred severity', () => {
    const escape = fc.constantFrom(
      '\u001b[1;31m',
      '\u001b[38;5;9m',
      '\u001b[0m',
      '\u001b[K',
      '\u001b]8;;x\u0007',
      '\u001b(B',
    );
    const line = fc.constantFrom(
      'ERROR: disk full',
      '[rank3]:[W311 10:00:00.1 x.cpp:1] y',
      'level=warn x',
      'all is well',
    );
    fc.assert(
      fc.property(line, fc.array(fc.tuple(fc.nat(20), escape), { maxLength: 6 }), (text, escapes) => {
        let message = text;
        for (const [at, sequence] of escapes.toSorted(([a], [b]) => b - a)) {
          message = message.slice(0, Math.min(at, text.length)) + sequence + message.slice(Math.min(at, text.length));
        }
        expect(shownText(message)).toBe(text);
        expect(inferSeverity(message)).toEqual(inferSeverity(text));
        expect(passes(message, { contains: text })).toBe(true);
      }),
    );
  });
});
