import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configurationSchema } from '../../src/config/schema/schema.ts';
import { VENDORS } from '../../src/vendors/index.ts';

test('the list of vendors matches their folders', () => {
  const folders = readdirSync('src/vendors', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .map(({ name }) => name);
  expect(VENDORS.map(({ vendor }) => vendor).toSorted()).toEqual(folders.toSorted());
});

test('every vendor describes each key that it adds', () => {
  const text = JSON.stringify(configurationSchema(VENDORS).toJSONSchema({ io: 'input' }));
  expect(text).not.toContain('"properties":{}');
  for (const { vendor, title, auth } of VENDORS) {
    expect(text).toContain(`"const":"${vendor}"`);
    expect(title).not.toBe('');
    expect(auth.length).toBeGreaterThan(0);
  }
});
