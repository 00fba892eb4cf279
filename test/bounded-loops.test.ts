import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * A loop that waits for a vendor in each turn ends, whatever the vendor says. One that reads on from page to page asks the guard
 * that all readers share (`src/pagination/core/page-guard.ts`). One that tries again or searches names a bound (`MAX_…`,
 * `MOST_…`, `max…`). A loop over a list ends with the list, and one over an async generator with that.
 */
const ASKS_GUARD = /#?\bguard\b/;
const COUNTS = /\b(?:MAX|MOST)_[A-Z_]+\b|\bmax[A-Z]\w*\b/;

/** Readers whose pages are taken by another file, which asks the guard. */
const GUARDED_IN: Readonly<Record<string, string>> = {
  'src/pagination/numbered/pages.ts readIndexed': 'src/pagination/numbered/walk.ts',
  'src/pagination/offset/bounded.ts readTieOrdered': 'src/pagination/offset/bounded-pages.ts',
  'src/pagination/offset/bounded.ts readGroups': 'src/pagination/offset/bounded-pages.ts',
  'src/pagination/record-keyset/record-keyset.ts read': 'src/pagination/record-keyset/walk.ts',
  'src/pagination/time-keyset/time-keyset.ts read': 'src/pagination/time-keyset/walk.ts',
};

/** Loops with a bound of their own, and why they are no readers of pages. */
const COUNTED: Readonly<Record<string, string>> = {
  'src/pagination/dated-list/whole-pages.ts readWholeList': 'Reads a list again that has changed.',
  'src/pagination/numbered/doubled-rows.ts countAt': 'Counts the rows of one instant.',
  'src/pagination/numbered/walk.ts #lastPage': 'Searches.',
  'src/pagination/offset/run.ts readRun': 'Reads a page again whose rows have moved.',
  'src/pagination/page-token/page-token.ts fetch': 'Asks again after a token ran out.',
  'src/pagination/page-token/page-token.ts #walkTo': 'Goes to one page, over tokens that lead on.',
  'src/pagination/page-token/small-page.ts pageAtKnownEnd': 'Asks for the last page again where the log has grown.',
  'src/pagination/record-keyset/beside.ts findBeside': 'Searches.',
  'src/pagination/record-keyset/search.ts findFarEnd': 'Searches.',
  'src/pagination/record-keyset/search.ts findPlace': 'Searches.',
  'src/pagination/record-keyset/walk.ts #atKnownEnd': 'Asks for the last page again where the list has grown.',
  'src/vendors/rest/jobs.ts page': 'Goes to one page; who reads the list asks the guard.',
  'src/vendors/shared/listed-first.ts find': 'Looks for rows by key; those that it does not find are read alone.',
  'src/vendors/softwareone/logs/order-check.ts #isProven': 'Looks again at two pages.',
  'src/vendors/softwareone/logs/order-check.ts otherTimeBehind': 'Searches.',
};

/** Loops whose bound is elsewhere, by file and function, and where it is. */
const BOUNDED_ELSEWHERE: Readonly<Record<string, string>> = {
  'src/pagination/chapters/chapters.ts read': 'Each turn takes rows of partitions that have a bound of their own.',
  'src/pagination/chapters/chapters.ts #fill': 'Each turn opens a chapter that waits.',
  'src/pagination/chapters/lane.ts refill': 'Each turn takes a batch of a partition that has a bound of its own.',
  'src/pagination/numbered/locate.ts locatePage': 'refuseTooMany counts the pages.',
  'src/pagination/numbered/page-in-parts.ts pageInParts':
    'Each turn takes a part of one page, or asks for at most half as many rows.',
  'src/pagination/offset/run.ts tryRun':
    'Each turn brings rows that are new, until there are as many as are wanted, or is the last.',
  'src/pagination/core/page-size.ts fit': 'Each further turn asks for at most half as many rows.',
  'src/pagination/core/read-on.ts readOn': 'goesOn: each further turn follows something that is lost for good.',
  'src/pagination/whole-response/whole-response.ts read':
    'Each turn begins behind the rows that the one before it gave.',
  'src/vendors/bytenite/logs/body/stream.ts readLogStream': 'Each turn takes a piece of a chunk that is here.',
  'src/vendors/softwareone/abilities.ts adaptively': 'Each further turn follows an ability that was lost.',
  'src/vendors/softwareone/logs/logs.ts count': 'canGoOn: each further turn follows an ability that was lost.',
};

type Loop = ts.ForStatement | ts.WhileStatement | ts.DoStatement;

const isLoop = (node: ts.Node): node is Loop =>
  ts.isForStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node);

function waits(loop: ts.Node): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (found || ts.isFunctionLike(node)) return;
    found = ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(loop, visit);
  return found;
}

function functionAround(node: ts.Node): string {
  const around = ts.findAncestor(node, (each) => ts.isFunctionLike(each) && each.name !== undefined);
  return around !== undefined && ts.isFunctionLike(around) ? (around.name?.getText() ?? '') : '';
}

interface Found {
  /** Its file and function. */
  readonly name: string;
  /** What ends it, as far as it says so itself. */
  readonly bound: 'guard' | 'number' | null;
}

/** The loops of a text that wait. */
function loopsOf(file: string, text: string): readonly Found[] {
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (isLoop(node) && waits(node))
      found.push({ name: `${file} ${functionAround(node)}`, bound: boundOf(withoutComments(node.getText())) });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function boundOf(text: string): Found['bound'] {
  return ASKS_GUARD.test(text) ? 'guard' : COUNTS.test(text) ? 'number' : null;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '');
}

const LOOPS = ['src/pagination', 'src/vendors']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => posix.join(folder, file.split(sep).join('/'))),
  )
  .flatMap((file) =>
    loopsOf(relative(ROOT, join(ROOT, file)).split(sep).join('/'), readFileSync(join(ROOT, file), 'utf8')),
  );

const namesOf = (bound: Found['bound']): string[] =>
  LOOPS.filter((loop) => loop.bound === bound && GUARDED_IN[loop.name] === undefined).map(({ name }) => name);

test('each loop that waits for a vendor has a bound', () => {
  // A reason goes with its loop.
  expect(Object.keys(BOUNDED_ELSEWHERE).sort()).toEqual(namesOf(null).sort());
});

test('each reader of pages shares one guard, and no bound of its own takes its place', () => {
  expect(Object.keys(COUNTED).sort()).toEqual(namesOf('number').sort());
  expect(Object.keys(GUARDED_IN).filter((name) => !LOOPS.some((loop) => loop.name === name))).toEqual([]);
  const guarded = [...namesOf('guard').map((name) => name.split(' ')[0]!), ...Object.values(GUARDED_IN)];
  expect(guarded.filter((file) => !readFileSync(join(ROOT, file), 'utf8').includes('new PageGuard('))).toEqual([]);
});

test('a loop that waits without a bound is noticed', () => {
  const found = loopsOf(
    'example.ts',
    `
      async function endless() { for (;;) { /* MAX_PAGES */ if ((await ask()).isLast) return; } }
      async function believing() { for (let page = 1; page < (await ask()).total; page += 1) await read(page); }
      async function counted() { for (let tries = 0; tries < MAX_TRIES; tries += 1) await ask(); }
      async function guarded() { do { page = await ask(); } while (guard.isNew(page)); }
      async function listed() { for (const page of pages) await read(page); }
      function waiting() { while (queue.length > 0) later(async () => { await queue.pop(); }); }
    `,
  );
  expect(found).toEqual([
    { name: 'example.ts endless', bound: null },
    { name: 'example.ts believing', bound: null },
    { name: 'example.ts counted', bound: 'number' },
    { name: 'example.ts guarded', bound: 'guard' },
  ]);
});
