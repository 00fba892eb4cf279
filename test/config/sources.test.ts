import { expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/parse.ts';
import { closeSources, connectSources } from '../../src/config/sources.ts';
import { VENDORS } from '../../src/vendors/index.ts';

const SOURCE = { vendor: 'nemo', baseUrl: 'http://127.0.0.1:9', workspaces: ['default'] };

test('a connected source tells whether it forwards credentials, so that callers do not share its answers', async () => {
  const configuration = parseConfiguration(
    {
      sources: {
        own: SOURCE,
        passing: { ...SOURCE, forward: true },
        within: { ...SOURCE, auth: { type: 'none', forward: true }, tail: { interval: '7s' } },
      },
    },
    { origin: 'test', vendors: VENDORS, environment: {} },
  );
  const sources = connectSources(configuration);
  expect(sources.map(({ name, forwards, tail }) => ({ name, forwards, tail }))).toEqual([
    { name: 'own', forwards: false, tail: {} },
    { name: 'passing', forwards: true, tail: {} },
    { name: 'within', forwards: true, tail: { intervalMilliseconds: 7_000 } },
  ]);
  await closeSources(sources);
});
