import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXPORT_FORMATS, FORMATS } from '../../src/export/formats.ts';
import { readEnd } from '../../src/export/read-end.ts';
import { recordOf } from '../../src/export/record.ts';
import type { ExportEnd } from '../../src/export/walk.ts';
import { fakeEntry } from '../resolvers/fake-federation.ts';

/** What a terminal obeys, or what turns the direction of writing. Line breaks are looked at apart. */
const OBEYED = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]/;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const hostile = fc
  .array(
    fc.constantFrom(
      '\u001b[2J',
      '\u001b]0;t\u0007',
      '\u009b31m',
      '\u202e',
      '\u2066',
      '\u200f',
      '\n',
      '\r',
      '\0',
      'a',
      ' b',
    ),
  )
  .map((parts) => parts.join(''));

describe('an export of hostile texts', () => {
  test.each(EXPORT_FORMATS)('as %s has nothing that a terminal obeys', (name) => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (message, jobKey, key) => {
        const entry = fakeEntry({ source: 'a', key: jobKey }, 1);
        const line = FORMATS[name].line(
          recordOf({
            ...entry,
            jobKey,
            message,
            stepKey: key,
            taskKey: key,
            attemptKey: key,
            attributes: { [key]: message },
            exceptions: [{ type: key, message, frames: [] }],
          }),
        );
        expect(line).not.toMatch(OBEYED);
        expect(line).not.toMatch(DIRECTION);
        if (name === 'csv') return;
        // Only the beginning of a line of the log stands at the left.
        expect(
          line
            .trimEnd()
            .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
            .slice(1)
            .every((rest) => rest.startsWith('    ')),
        ).toBe(true);
      }),
    );
  });
});

describe('the end of an export', () => {
  test.each(EXPORT_FORMATS)('as %s is read back, and no line is taken for one', (name) => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('complete', 'truncated', 'failed'), (text, status) => {
        const failures = [{ source: text, jobId: null, code: 'SOURCE_TIMEOUT', message: `"${text},` }] as const;
        const end: ExportEnd = { status, lines: 3, cursor: text, failures };
        expect(readEnd(name, FORMATS[name].end(end))).toEqual(end);
        expect(FORMATS[name].end(end)).not.toMatch(DIRECTION);
        const message = `${FORMATS[name].end(end)}${text}`;
        const lines = FORMATS[name]
          .line(recordOf({ ...fakeEntry({ source: 'a', key: 'b' }, 1), message }))
          .split(/(?<=\n)/);
        expect(lines.map((line) => readEnd(name, line)).every((read) => read === null)).toBe(true);
      }),
    );
  });
});
