import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTributary } from '../../src/library/index.ts';
import type { Tributary } from '../../src/library/index.ts';

const guide = readFileSync('docs/filters.md', 'utf8');
const RECIPES = [...guide.matchAll(/^## (.+)\n[^]*?^```graphql\n([^]*?)^```$/gm)].map(
  ([, title = '', query = '']) => [title, query] as const,
);

let tributary: Tributary;

beforeAll(async () => {
  tributary = await createTributary({});
});

afterAll(async () => {
  await tributary.close();
});

/** How many lines each list of them in an answer has. */
function counts(value: unknown): readonly number[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const rows = name === 'nodes' || name === 'edges' ? (inner as readonly unknown[]) : null;
    const isLines = rows !== null && !/"(?:logs|name|key)"/.test(JSON.stringify(rows));
    return isLines ? [rows.length] : counts(inner);
  });
}

test('the guide to filters has a query for each of its questions', () => {
  const titles = [...guide.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(RECIPES.map(([title]) => title)).toEqual(titles.filter((title) => title !== 'What a filter costs'));
  expect(RECIPES.length).toBeGreaterThan(7);
});

describe('a filter of the guide finds something', () => {
  test.each(RECIPES)('%s', async (_title, query) => {
    const response = await tributary.fetch(
      new Request('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    );
    const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
    expect(errors).toBeUndefined();
    const found = counts(data);
    expect(found.length).toBeGreaterThan(0);
    expect(Math.max(...found)).toBeGreaterThan(0);
  });
});
