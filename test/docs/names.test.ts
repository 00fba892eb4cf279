import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The documents that name files and symbols, and the folders that hold both. */
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...markdownUnder('docs')];
const FOLDERS = ['src', 'schema', 'resolvers', 'test', 'docs', 'bench', 'scripts', 'deploy', '.ci'];

/** Every word of the program and of its graph. */
const WORDS = new Set(
  ['src', 'schema', 'resolvers', 'test', 'bench', 'scripts']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter((file) => /\.(tsx?|graphql)$/.test(file) && file !== join('test', 'docs', 'names.test.ts'))
    .flatMap((file) => readFileSync(file, 'utf8').match(/\w+/g) ?? []),
);

function markdownUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
}

/** What stands in single backquotes, outside of code blocks. */
function spansOf(markdown: string): readonly string[] {
  const prose = markdown.replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

/** Why a name in a document means nothing; null where it does, or where it is no name of ours. */
function complaintAbout(span: string): string | null {
  const path = /^(?:\.\/)?((?:[\w.-]+\/)+[\w.*-]*)$/.exec(span)?.[1];
  if (path !== undefined && FOLDERS.includes(path.split('/')[0] ?? '')) {
    return path.includes('*') || existsSync(path) ? null : `there is no ${path}`;
  }
  const symbol = /^([a-z]\w*)\([^)]*\)$/i.exec(span)?.[1] ?? /^((?:[A-Z][a-z0-9]+){2,})$/.exec(span)?.[1];
  return symbol === undefined || WORDS.has(symbol) ? null : `nothing is called ${symbol}`;
}

test.each(DOCUMENTS)('every file and symbol that %s names exists', (document) => {
  const text = readFileSync(document, 'utf8');
  expect(
    spansOf(text)
      .map(complaintAbout)
      .filter((complaint) => complaint !== null),
  ).toEqual([]);
});

test('a file or a symbol that does not exist is noticed', () => {
  expect(complaintAbout('src/federation/nowhere.ts')).toBe('there is no src/federation/nowhere.ts');
  expect(complaintAbout(['list', 'Everything(page)'].join(''))).toMatch(/nothing is called/);
  expect(complaintAbout('src/federation/')).toBeNull();
  expect(complaintAbout('SIGTERM')).toBeNull();
});
