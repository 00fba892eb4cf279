import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * What each place may import beside itself. Data flows left, imports point right:
 * schema, resolvers, federation, vendors, then pagination and http, then the domain.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [],
  'src/http': ['src/domain'],
  'src/pagination': ['src/domain'],
  'src/vendors': ['src/pagination', 'src/http', 'src/domain'],
  'src/federation': ['src/vendors', 'src/pagination', 'src/http', 'src/domain'],
  resolvers: ['src/federation', 'src/vendors', 'src/domain'],
  schema: ['resolvers', 'src/federation', 'src/vendors', 'src/domain'],
  'src/export': ['src/federation', 'src/domain'],
  'src/assistant': ['src/federation', 'src/domain'],
  'src/sharing': ['src/federation', 'src/http', 'src/domain'],
  'src/redis': ['src/sharing', 'src/federation', 'src/http', 'src/domain'],
  'src/workers': ['src/sharing', 'src/federation', 'src/http', 'src/domain'],
  'src/sandbox': ['src/domain'],
  'src/explorer': [],
  'src/context.ts': ['resolvers', 'src/federation', 'src/domain'],
  'src/config': ['src/redis', 'src/federation', 'src/vendors', 'src/http', 'src/domain'],
  'src/server': [
    'src/assistant',
    'src/context.ts',
    'src/config',
    'src/explorer',
    'src/export',
    'schema',
    'resolvers',
    'src/federation',
    'src/http',
    'src/domain',
  ],
  'src/library': [
    'src/server',
    'src/context.ts',
    'src/config',
    'src/redis',
    'src/sharing',
    'src/workers',
    'src/sandbox',
    'schema',
    'resolvers',
    'src/federation',
    'src/vendors',
    'src/pagination',
    'src/http',
    'src/domain',
  ],
  'src/cli': [
    'src/assistant',
    'src/library',
    'src/server',
    'src/context.ts',
    'src/config',
    'src/redis',
    'src/workers',
    'src/sandbox',
    'src/export',
    'schema',
    'src/federation',
    'src/vendors',
    'src/http',
    'src/domain',
  ],
};

/** Packages that one place hides from the others. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  undici: ['src/http'],
  ioredis: ['src/redis'],
  jose: ['src/server'],
  dataloader: ['src/federation', 'src/vendors'],
  '@pothos/core': ['schema'],
  'graphql-yoga': ['src/server'],
  'graphql-ws': ['src/server', 'src/cli'],
  '@modelcontextprotocol/sdk': ['src/assistant'],
  commander: ['src/cli'],
  yaml: ['src/config', 'src/cli'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function typescriptFilesUnder(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => posix.join(folder, file.split(sep).join('/')));
}

const FILES = ['src', 'schema', 'resolvers'].flatMap(typescriptFilesUnder);

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Static, `export from`, dynamic and type imports of a text. */
function importsOf(file: string, text: string): readonly Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => ({
    from: file,
    to: fileName.startsWith('.') ? resolveFrom(file, fileName) : fileName,
  }));
}

function resolveFrom(file: string, specifier: string): string {
  return relative(ROOT, join(ROOT, dirname(file), specifier))
    .split(sep)
    .join('/');
}

const IMPORTS = FILES.flatMap((file) => importsOf(file, read(file)));
const isInside = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);
const placeOf = (file: string): string | undefined => Object.keys(MAY_IMPORT).find((place) => isInside(file, place));
const isPackage = (to: string): boolean => !FILES.includes(to) && !/^(src|schema|resolvers|test|bench)\//.test(to);
/** What vendors have in common: every vendor may import it, and it imports none of them. */
const SHARED = 'shared';
/** `src/vendors/<vendor>` of a file in such a folder. */
const vendorFolderOf = (file: string): string | undefined => {
  const folder = /^src\/vendors\/[^/]+(?=\/)/.exec(file)?.[0];
  return folder === `src/vendors/${SHARED}` ? undefined : folder;
};

function mayImport({ from, to }: Import): boolean {
  const [importer, imported] = [placeOf(from), placeOf(to)];
  if (importer === undefined || imported === undefined) return false;
  return importer === imported || (MAY_IMPORT[importer]?.includes(imported) ?? false);
}

function mayReachVendor({ from, to }: Import): boolean {
  const folder = vendorFolderOf(to);
  if (folder === undefined || isInside(from, folder)) return true;
  return from === 'src/vendors/index.ts' && to === `${folder}/index.ts`;
}

/** Files that import each other in a circle; null: there are none. */
function circleIn(imports: readonly Import[]): readonly string[] | null {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): readonly string[] | null => {
    const at = path.indexOf(file);
    if (at !== -1) return [...path.slice(at), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const to of next.get(file) ?? []) {
      const circle = visit(to);
      if (circle !== null) return circle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  for (const file of next.keys()) {
    const circle = visit(file);
    if (circle !== null) return circle;
  }
  return null;
}

const arrow = ({ from, to }: Import): string => `${from} → ${to}`;

describe('the arrow of imports', () => {
  test('knows the place of every file', () => {
    expect(FILES.filter((file) => placeOf(file) === undefined)).toEqual([]);
  });

  test('points right', () => {
    const wrong = IMPORTS.filter(({ to }) => !isPackage(to)).filter((each) => !mayImport(each));
    expect(wrong.map(arrow)).toEqual([]);
  });

  test('has no package and no part of the runtime in the domain', () => {
    const wrong = IMPORTS.filter(({ from, to }) => isInside(from, 'src/domain') && isPackage(to));
    expect(wrong.map(arrow)).toEqual([]);
  });

  test('reaches a vendor only through the list of vendors', () => {
    expect(IMPORTS.filter((each) => !mayReachVendor(each)).map(arrow)).toEqual([]);
  });

  test('reaches the list of vendors only from the library and the command line', () => {
    const reaching = IMPORTS.filter(({ to }) => to === 'src/vendors/index.ts').map(({ from }) => placeOf(from));
    expect([...new Set(reaching)].filter((place) => place !== 'src/cli' && place !== 'src/library')).toEqual([]);
  });

  test('keeps packages behind the place that needs them', () => {
    const wrong = IMPORTS.filter(({ from, to }) => {
      const name = Object.keys(ONLY_IN).find((each) => to === each || to.startsWith(`${each}/`));
      return name !== undefined && !(ONLY_IN[name] ?? []).some((place) => isInside(from, place));
    });
    expect(wrong.map(arrow)).toEqual([]);
  });

  test('would notice every way of importing', () => {
    const text = `
      import { a } from '../vendors/a/index.ts';
      import type { B } from '../vendors/b/index.ts';
      export { c } from '../vendors/c/index.ts';
      export type { D } from '../vendors/d/index.ts';
      const e = await import('../vendors/e/index.ts');
      type F = import('../vendors/f/index.ts').F;
    `;
    const found = importsOf('src/http/example.ts', text);
    expect(found.map(({ to }) => to)).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `src/vendors/${name}/index.ts`),
    );
    expect(found.filter(mayImport)).toEqual([]);
    expect(found.filter(mayReachVendor)).toEqual([]);
  });

  test('has no circle', () => {
    expect(circleIn(IMPORTS)).toBeNull();
    const circle = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
    ];
    expect(circleIn(circle)).toEqual(['a', 'b', 'c', 'a']);
  });

  test('writes the extension of every file', () => {
    const wrong = IMPORTS.filter(({ to }) => !isPackage(to) && !/\.(ts|tsx|js|json)$/.test(to));
    expect(wrong.map(arrow)).toEqual([]);
  });
});

describe('a vendor', () => {
  const folders = readdirSync(join(ROOT, 'src/vendors'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== SHARED)
    .map(({ name }) => name);
  /** A word of ordinary English as a name is looked for as a text only: it names whatever the configuration describes. */
  const ORDINARY = ['rest'];
  const names = folders.filter((folder) => !ORDINARY.includes(folder)).map((folder) => folder.split('-')[0] ?? folder);
  const inAnyCase = (name: string): string =>
    name.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  const isShort = (name: string): boolean => name.length <= 4;
  /** Short names only as words of their own, so that `mnemonic` and `disappear` stay ordinary English. */
  const SHORT = new RegExp(`(?<![A-Za-z])(?:${names.filter(isShort).map(inAnyCase).join('|')})(?![a-z])`, 'g');
  const LONG = new RegExp(names.filter((name) => !isShort(name)).join('|'), 'gi');
  const QUOTED = new RegExp(`(?<=['"])(?:${ORDINARY.join('|')})(?=['"])`, 'g');
  const namesIn = (text: string): readonly string[] =>
    [SHORT, LONG, QUOTED].flatMap((names) => [...text.matchAll(names)]).map(([name]) => name);

  test('is named in its own folder, the list of vendors and the sandbox, and nowhere else', () => {
    const outside = FILES.filter(
      (file) => vendorFolderOf(file) === undefined && file !== 'src/vendors/index.ts' && !isInside(file, 'src/sandbox'),
    );
    const named = outside.flatMap((file) => namesIn(read(file)).map((name) => `${file}: ${name}`));
    expect(named).toEqual([]);
  });

  test('is recognised by each of its names', () => {
    for (const folder of folders) expect(namesIn(`'${folder}'`)).toHaveLength(1);
    expect(namesIn('a mnemonic does disappear; sapling')).toEqual([]);
    expect(namesIn('sapSource, NeMo jobs')).toEqual(['sap', 'NeMo']);
  });
});
