import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

/** Open-source licences that only ask to be named. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({ license: z.string().optional(), dev: z.boolean().optional(), peer: z.boolean().optional() }),
    ),
  })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));

/** All packages that a user installs, at any depth. */
const installed = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);

/** `(MIT OR GPL-3.0)` allows a choice, `MIT AND ISC` asks for both. */
function isAllowed(licence: string): boolean {
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => ALLOWED.has(part.trim())));
}

test('every package that a user installs has a licence of the allow-list', () => {
  expect(installed.length).toBeGreaterThan(50);
  const refused = installed
    .filter(([, { license }]) => license === undefined || !isAllowed(license))
    .map(([path, { license }]) => `${path}: ${license ?? 'no licence'}`);
  expect(refused).toEqual([]);
});

test('a licence that restricts use is refused, also as one of two that both hold', () => {
  expect(isAllowed('Elastic-2.0')).toBe(false);
  expect(isAllowed('MIT AND Elastic-2.0')).toBe(false);
  expect(isAllowed('(MIT OR GPL-3.0)')).toBe(true);
});
