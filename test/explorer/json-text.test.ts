import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isJson, jsonPieces, withJson } from '../../explorer/src/log/json-text.ts';
import { piecesOf } from '../../explorer/src/log/plain-text.ts';

test('colours of JSON change no character of it', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      const plain = piecesOf(text);
      const joined = (pieces: typeof plain): string => pieces.map((piece) => piece.text).join('');
      expect(joined(jsonPieces(plain))).toBe(joined(plain));
    }),
  );
});

test('names, values and punctuation have different classes', () => {
  const message = '{"step": 10, "name": "a:1"}';
  expect(withJson(message, piecesOf(message)).map(({ text, style }) => [text.trim(), style])).toEqual([
    ['{', 'json-mark'],
    ['"step"', 'json-name'],
    [':', 'json-mark'],
    ['10', 'json-value'],
    [',', 'json-mark'],
    ['"name"', 'json-name'],
    [':', 'json-mark'],
    ['"a:1"', ''],
    ['}', 'json-mark'],
  ]);
});

test.each(['[INFO] started', '{not json}', 'step 1', '"text"'])('%s is not treated as JSON', (message) => {
  expect(isJson(message)).toBe(false);
});
