import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { VENDORS } from '../../src/vendors/index.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The most files that stand side by side in one room below these folders. */
const MOST_FILES = { 'src/federation': 9, 'src/pagination': 12, 'src/vendors': 12 } as const;

/** The most lines of a file that does not say why it has more. */
const MOST_LINES = 250;

const REASON = /One file, although a long one: \w/;

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => posix.join(folder, file.split(sep).join('/')));
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const firstCommentOf = (text: string): string => /\/\*[\s\S]*?\*\/|\/\/[^\n]*/.exec(text)?.[0] ?? '';

/** True if a file with this text may have its length. */
function isShortOrExplained(text: string): boolean {
  return text.split('\n').length - 1 <= MOST_LINES || REASON.test(firstCommentOf(text));
}

describe('a file', () => {
  test('has at most 250 lines, or says in its first comment why it has more', () => {
    const files = ['src', 'schema', 'resolvers'].flatMap(filesUnder);
    expect(files.filter((file) => !isShortOrExplained(read(file)))).toEqual([]);
  });

  test('with more lines and without a reason is noticed', () => {
    const long = 'x\n'.repeat(MOST_LINES + 1);
    expect(isShortOrExplained(long)).toBe(false);
    expect(isShortOrExplained(`/** What it does. */\n/** One file, although a long one: it is. */\n${long}`)).toBe(
      false,
    );
    expect(isShortOrExplained(`/** One file, although a long one: its parts share state. */\n${long}`)).toBe(true);
  });
});

test.each(Object.entries(MOST_FILES))('a room in %s has at most %i files', (folder, most) => {
  const counts = new Map<string, number>();
  for (const file of filesUnder(folder)) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > most)).toEqual([]);
});

/** What each room of pagination may import of the others. Names that are missing here are files beside the rooms. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  numbered: ['core'],
  chapters: ['core'],
  'dated-list': ['core', 'numbered'],
  offset: ['core', 'numbered'],
  'page-token': ['core', 'numbered'],
  'record-keyset': ['core', 'numbered'],
  'time-keyset': ['core'],
  'whole-list.ts': ['core'],
  'whole-response': ['core'],
};

/** What the files below `from` import of a folder. */
function importsInto(folder: string, from: string): readonly string[] {
  return filesUnder(from).flatMap((file) =>
    [...read(file).matchAll(/from '(\.[^']*)'/g)]
      .map(([, specifier = '']) => posix.join(dirname(file), specifier))
      .filter((to) => to.startsWith(`${folder}/`))
      .map((to) => `${file} → ${to}`),
  );
}

describe('the tail', () => {
  const tail = 'src/federation/tail';

  test('has feeds and pollers that know no subscriber', () => {
    const wrong = ['feed', 'poll'].flatMap((room) => importsInto(`${tail}/subscriber`, `${tail}/${room}`));
    expect(wrong).toEqual([]);
  });

  test('shows sharing its feeds only', () => {
    const rooms = ['subscriber', 'poll'].flatMap((room) => importsInto(`${tail}/${room}`, 'src/sharing'));
    expect(rooms).toEqual([]);
  });

  test('is resumed in at most 12 files and 1,700 lines, which the documentation names', () => {
    const section = read('docs/architecture.md').split('## Resuming a tail')[1]?.split('\n## ')[0] ?? '';
    const [path = [], beside = []] = section
      .split('Beside this path')
      .map((text) => [...text.matchAll(/`(src\/[^`]*\.ts)`/g)].map(([, file = '']) => file));
    const lines = path.reduce((sum, file) => sum + read(file).split('\n').length - 1, 0);
    expect(path.length).toBeLessThanOrEqual(12);
    expect(lines).toBeLessThanOrEqual(1_700);
    const room = `${tail}/subscriber`;
    const named = [...path, ...beside].filter((file) => file.startsWith(`${room}/`));
    expect(named.sort()).toEqual([...filesUnder(room)].sort());
  });

  test('has a check that finds what one room imports of another', () => {
    expect(importsInto(`${tail}/feed`, `${tail}/subscriber`)).toContain(
      `${tail}/subscriber/lane.ts → ${tail}/feed/feed.ts`,
    );
  });
});

describe('pagination', () => {
  const folder = 'src/pagination';
  const roomOf = (file: string): string => relative(folder, file).split(sep)[0] ?? '';

  test('has a room for each scheme, and a place for each room', () => {
    expect(readdirSync(join(ROOT, folder)).sort()).toEqual(Object.keys(ROOMS).sort());
  });

  test('has no scheme that imports another one', () => {
    const wrong = filesUnder(folder).flatMap((file) =>
      [...read(file).matchAll(/from '(\.[^']*)'/g)]
        .map(([, specifier = '']) => posix.join(dirname(file), specifier))
        .filter((to) => to.startsWith(`${folder}/`) && roomOf(to) !== roomOf(file))
        .filter((to) => ROOMS[roomOf(file)]?.includes(roomOf(to)) !== true)
        .map((to) => `${file} → ${to}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** Memory that belongs to a module, and so to the whole process. */
const KEPT_IN_MODULE =
  /^(?:export )?const (\w+)(?:: [^=]+)? = new (?:WeakMap|WeakSet|Map|Set|LRUCache)(?:<[^;]*>)?\(\)/gm;

function keptInModules(folders: readonly string[]): readonly string[] {
  return folders
    .flatMap(filesUnder)
    .flatMap((file) => [...read(file).matchAll(KEPT_IN_MODULE)].map(([, name = '']) => `${file}: ${name}`));
}

describe('what was learned of a source', () => {
  test('is kept by the source, the log or the feed, and not by a module', () => {
    // Hashes of rows that were computed ahead: they depend on the row alone.
    const hashes = 'src/pagination/core/identity.ts: hashes';
    expect(keptInModules(['src/pagination', 'src/federation'])).toEqual([hashes]);
  });
});

/** The files that each vendor's folder has, under the same names. */
const FILES = {
  'index.ts': 'what the vendor is called and how its sources are made',
  'options.ts': 'what only its sources have in the configuration',
  'facts.ts': 'its tables and limits',
  'keys.ts': 'what names its jobs and their parts',
  'wire.ts': 'decoders of its answers',
  'api.ts': 'the calls that are made',
  'connector.ts': 'the contract, put together',
};

/** What each vendor's folder has as a file, or as a room with a file of the same name: `logs.ts` or `logs/logs.ts`. */
const PARTS = {
  jobs: 'its jobs and their lists',
  parts: 'attempts, steps and tasks',
  pushdown: 'what of a filter the vendor applies',
  logs: 'partitions of a log, and their lines',
};

/** What a vendor's folder may have, under the same name for each. */
const OPTIONAL = { 'errors.ts': 'what its error answers mean where that differs from their status' };

/** What else stands in a vendor's folder, and why. */
const CONCEPTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bytenite: {
    'severity.ts': 'levels as severities: filters and lines need both directions',
  },
  rest: {
    description: 'what descriptions are made of: paths in answers, texts that name a job, formats of times, paging',
    'early-end.ts': 'whether a list of jobs ends before its own count, which a wrong description makes it do',
  },
  'sap-job-scheduling': {
    runs: 'a run is an attempt and a record of lines: both are read from one list',
  },
  softwareone: {
    'abilities.ts': 'what the source turned out not to do, for jobs, parts and logs',
    'context.ts': 'what all that asks one source shares',
    'mapping.ts': 'a task is a job or a part of one, and both have lines',
    'rql.ts': 'the query language of all lists',
  },
};

/** What a vendor does not have, and why. */
const WITHOUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rest: { parts: 'attempts, steps and tasks are not described' },
};

/** What is wrong with the entries of a vendor's folder. */
function complaintsAbout(
  entries: readonly string[],
  concepts: readonly string[],
  hasEntry: (path: string) => boolean,
  without: readonly string[] = [],
) {
  const missing = Object.keys(FILES).filter((file) => !entries.includes(file));
  const absent = Object.keys(PARTS).filter(
    (part) => (!entries.includes(`${part}.ts`) && !hasEntry(`${part}/${part}.ts`)) !== without.includes(part),
  );
  const known = [
    ...Object.keys({ ...FILES, ...OPTIONAL }),
    ...Object.keys(PARTS).flatMap((part) => [part, `${part}.ts`]),
    ...concepts,
  ];
  return {
    missing: [...missing, ...absent],
    unnamed: entries.filter((entry) => !known.includes(entry)),
    gone: concepts.filter((concept) => !entries.includes(concept)),
  };
}

describe("a vendor's folder", () => {
  const NOTHING = { missing: [], unnamed: [], gone: [] };

  test.each(VENDORS.map(({ vendor }) => vendor))('of %s has what each has, and else only what is listed', (vendor) => {
    const folder = join(ROOT, 'src/vendors', vendor);
    const concepts = Object.keys(CONCEPTS[vendor] ?? {});
    const without = Object.keys(WITHOUT[vendor] ?? {});
    const complaints = complaintsAbout(
      readdirSync(folder),
      concepts,
      (path) => existsSync(join(folder, path)),
      without,
    );
    expect(complaints).toEqual(NOTHING);
  });

  test('that lacks a file, or has one that is not listed, is noticed', () => {
    const usual = [...Object.keys(FILES), 'jobs.ts', 'parts.ts', 'pushdown.ts', 'logs'];
    expect(complaintsAbout(usual, [], (path) => path === 'logs/logs.ts')).toEqual(NOTHING);
    const odd = complaintsAbout(['helpers.ts', ...usual.slice(1)], ['runs'], () => false);
    expect(odd).toEqual({ missing: ['index.ts', 'logs'], unnamed: ['helpers.ts'], gone: ['runs'] });
  });
});
