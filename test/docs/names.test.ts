import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';

/** The documents that name files and symbols, and the folders that hold both. */
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...markdownUnder('docs')];
const FOLDERS = ['src', 'schema', 'resolvers', 'test', 'docs', 'bench', 'scripts', 'deploy', '.ci'];

/** The files of the program, its graph, its tests and its tools; packages that tests install in folders of their own are others' files. */
const SOURCES = ['src', 'schema', 'resolvers', 'explorer/src', 'test', 'bench', 'scripts']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
  .filter((file) => !file.split(sep).includes('node_modules'))
  .filter((file) => /\.(tsx?|graphql)$/.test(file) && file !== join('test', 'docs', 'names.test.ts'));

const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g;

/** Every word of the sources. */
const WORDS = new Set(SOURCES.flatMap((file) => readFileSync(file, 'utf8').match(/\w+/g) ?? []));

/** Each source file by its whole path and by each end of that path: `src/http/client.ts`, `http/client.ts`, `client.ts`. */
const FILE_NAMES = new Set(
  [...SOURCES, 'codegen.ts'].flatMap((file) => {
    const steps = file.split(sep);
    return steps.map((_, index) => steps.slice(index).join('/'));
  }),
);

function markdownUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
}

/** The texts in single backquotes, outside of code blocks. */
function spansOf(markdown: string): readonly string[] {
  const prose = markdown.replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

/** Why a name in a document means nothing; null: it is known, or it is no name of ours. */
function complaintAbout(span: string): string | null {
  const path = /^(?:\.\/)?((?:[\w.-]+\/)+[\w.*-]*)$/.exec(span)?.[1];
  if (path !== undefined && FOLDERS.includes(path.split('/')[0] ?? '')) {
    return path.includes('*') || existsSync(path) ? null : `there is no ${path}`;
  }
  const symbol = /^([a-z]\w*)\([^)]*\)$/i.exec(span)?.[1] ?? /^((?:[A-Z][a-z0-9]+){2,})$/.exec(span)?.[1];
  return symbol === undefined || WORDS.has(symbol) ? null : `nothing is called ${symbol}`;
}

/** The TypeScript files that a comment names and that do not exist. */
function missingFilesIn(comment: string): readonly string[] {
  return (comment.match(/(?<![\w@./-])[\w./-]*\w\.tsx?\b/g) ?? []).filter((name) => !FILE_NAMES.has(name));
}

test.each(DOCUMENTS)('every file and symbol that %s names exists', (document) => {
  const text = readFileSync(document, 'utf8');
  expect(
    spansOf(text)
      .map(complaintAbout)
      .filter((complaint) => complaint !== null),
  ).toEqual([]);
});

test('every source file that a comment names exists', () => {
  const complaints = SOURCES.flatMap((file) =>
    (readFileSync(file, 'utf8').match(COMMENT) ?? [])
      .flatMap(missingFilesIn)
      .map((name) => `${file} names ${name}, which does not exist`),
  );
  expect(complaints).toEqual([]);
  expect(missingFilesIn('// See `src/nowhere.ts` and nothing.tsx, not codec.ts.')).toEqual([
    'src/nowhere.ts',
    'nothing.tsx',
  ]);
});

test('a file or a symbol that does not exist is noticed', () => {
  expect(complaintAbout('src/federation/nowhere.ts')).toBe('there is no src/federation/nowhere.ts');
  expect(complaintAbout(['list', 'Everything(page)'].join(''))).toMatch(/nothing is called/);
  expect(complaintAbout('src/federation/')).toBeNull();
  expect(complaintAbout('SIGTERM')).toBeNull();
});

test('the glossary has about 25 words, and the program uses each of them', () => {
  const glossary = readFileSync('docs/architecture.md', 'utf8').split('## The layers')[0] ?? '';
  const words = [...glossary.matchAll(/^\| \*\*([^*]+)\*\*/gm)].map(([, word = '']) => word);
  expect(words.length).toBeGreaterThan(20);
  expect(words.length).toBeLessThan(31);
  const program = SOURCES.filter((file) => file.startsWith('src')).map((file) => readFileSync(file, 'utf8'));
  const isUsed = (word: string): boolean => program.filter((text) => new RegExp(word, 'i').test(text)).length >= 5;
  expect(words.filter((word) => !isUsed(word))).toEqual([]);
});
