import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseText } from '../../src/config/load.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import { createTributary } from '../../src/library/index.ts';
import type { Tributary } from '../../src/library/index.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { start } from '../cli/command-line.ts';

const PAGES = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => join('docs', file));
const GUIDES = PAGES.filter((page) => /(quick-start|troubleshooting|own-sources|vendors\/[^/]+)\.md$/.test(page));

const read = (page: string): string => readFileSync(page, 'utf8');

/** The blocks of a language, also those that stand within a list. */
function blocksOf(page: string, language: string): readonly string[] {
  const blocks = read(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, 'gm'));
  return [...blocks].map(([, indent = '', block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

let tributary: Tributary;

beforeAll(async () => {
  tributary = await createTributary({});
});

afterAll(async () => {
  await tributary.close();
});

describe.each(GUIDES)('%s', (page) => {
  test('shows configurations that are valid, queries that are answered and commands that work', async () => {
    for (const block of blocksOf(page, 'yaml')) {
      const names = [...block.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'given'] as const);
      const options = { origin: page, vendors: VENDORS, environment: Object.fromEntries(names) };
      expect(parseConfiguration(parseText(block, 'guide.yaml'), options).sources).toHaveLength(1);
    }
    for (const query of blocksOf(page, 'graphql')) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query });
      const response = await tributary.fetch(
        new Request('http://localhost/graphql', { method: 'POST', headers, body }),
      );
      expect(await response.json()).not.toHaveProperty('errors');
    }
    for (const line of blocksOf(page, 'sh').join('').trim().split('\n').filter(Boolean)) {
      expect(line).toMatch(/^npx (?:--no-install )?tributary /);
      await works(line.replace(/^npx (?:--no-install )?tributary /, '').split(' '));
    }
  });
});

/** Runs a command line. A command that serves is stopped once it has begun. */
async function works([name = '', ...args]: readonly string[]): Promise<void> {
  const serves = name === 'demo' || name === 'serve';
  const command = start([name, ...args, ...(serves ? ['--port', '0'] : [])]);
  if (serves) {
    await command.firstOutput();
    command.stop();
  }
  expect(await command.done, `${name}: ${command.errors()}`).toBe(0);
  expect(command.output()).not.toBe('');
}

test('the index leads to every page', () => {
  const linked = [...read('docs/README.md').matchAll(/\]\(([^)#]+)/g)].map(([, to = '']) =>
    normalize(join('docs', to)),
  );
  const missing = PAGES.filter((page) => page !== 'docs/README.md' && !page.startsWith('docs/decisions/'));
  expect(missing.filter((page) => !linked.includes(page))).toEqual([]);
});

/** As GitHub makes it from a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

test.each([...PAGES, 'README.md', 'CONTRIBUTING.md'])('every link of %s leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(file)) return true;
    if (anchor === undefined) return false;
    return ![...read(file).matchAll(/^#+ (.*)$/gm)].some(([, heading = '']) => anchorOf(heading) === anchor);
  });
  expect(broken).toEqual([]);
});

test('troubleshooting has a section for each code, in their order', () => {
  const codes = [...read('docs/troubleshooting.md').matchAll(/^## `([A-Z_]+)`$/gm)].map(([, code]) => code);
  expect(codes).toEqual([...ERROR_CODES]);
});

/** A source that is described in the configuration has a guide of its own: docs/own-sources.md. */
const OF_A_VENDOR = VENDORS.map(({ vendor }) => vendor).filter((vendor) => vendor !== 'rest');

describe.each(OF_A_VENDOR)('the page of %s', (vendor) => {
  const page = read(`docs/vendors/${vendor}.md`);
  const cell = (row: string): string => new RegExp(`^\\| ${row}\\s*\\| (.*?)\\s*\\|$`, 'm').exec(page)?.[1] ?? '';

  test('says what its sources can do', () => {
    const { capabilities } = tributary.federation.sources.find((source) => source.vendor === vendor)!;
    expect(cell('`nativePagination`')).toBe(`\`${capabilities.nativePagination}\``);
    expect(cell('`maxPageSize`')).toBe(String(capabilities.maxPageSize ?? 'none: everything at once'));
    expect(cell('`pushdown`')).toBe(capabilities.pushdown.map((field) => `\`${field}\``).join(' '));
    const parts = (['attempts', 'steps', 'tasks'] as const).filter((part) => capabilities[part]);
    expect(cell('parts')).toBe(parts.join(', '));
  });

  test('maps statuses as the vendor does', async () => {
    // A vendor without such a table, whose status has two words, say, explains it in a sentence.
    const { statusOf } = (await import(`../../src/vendors/${vendor}/facts.ts`)) as {
      statusOf?: (native: string) => string;
    };
    const rows = [...page.matchAll(/^\| `([^`]+)`\s*\| `([A-Z]+)`\s*\|$/gm)].map(([, native = '', status]) => [
      native,
      status,
    ]);
    const statuses = rows.filter(([native = '']) => !/^(nativePagination|maxPageSize|pushdown)$/.test(native));
    expect(statuses).toEqual(statuses.map(([native = '']) => [native, statusOf?.(native)]));
    expect(statuses.length > 0).toBe(statusOf !== undefined);
  });
});
