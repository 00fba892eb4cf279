import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as documents from './src/graphql/generated/graphql.ts';

/**
 * Builds the page into dist/explorer, unless what is there is newer than every source of it. `npm ci` and
 * `npm start` run it, so that the page is there without a step of its own.
 */

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Fonts are no modules, so Vite does not list them. */
const FONTS = ['inter', 'jetbrains-mono'] as const;

const OUT = join(ROOT, 'dist', 'explorer');
const PAGE = 'index.html';

/** What the built page depends on, beside the packages that the lock file pins. */
function newestSource(): number {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).map((name) => join(FOLDER, name));
  return Math.max(...[...files, join(ROOT, 'package-lock.json')].map((file) => statSync(file).mtimeMs));
}

function isUpToDate(): boolean {
  const built = statSync(join(OUT, PAGE), { throwIfNoEntry: false });
  return built !== undefined && built.mtimeMs > newestSource();
}

/** What the page asks the graph: the service answers it also where clients may send known operations only. */
function operations(): readonly string[] {
  return Object.values(documents)
    .filter((document) => document instanceof documents.TypedDocumentString)
    .map(String);
}

export async function buildExplorer(): Promise<void> {
  if (isUpToDate()) return;
  const { build } = await import('vite');
  // Vite takes the environment's word for it: under a test runner, React's slow form for developers would be built.
  const environment = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const made = mkdtempSync(join(ROOT, 'dist', '.explorer-'));
  await build({ configFile: join(FOLDER, 'vite.config.ts'), logLevel: 'warn', build: { outDir: made } });
  if (environment === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = environment;
  writeFileSync(join(made, 'operations.json'), JSON.stringify(operations()));
  for (const font of FONTS) {
    const licence = readFileSync(join(ROOT, 'node_modules', '@fontsource-variable', font, 'LICENSE'), 'utf8');
    appendFileSync(join(made, 'licenses.md'), `\n## ${font}\n\n${licence.trim()}\n`);
  }
  publish(made);
}

/**
 * Puts each file in its place at once, the page last. Two builds at a time make the same files, and a server that
 * starts meanwhile finds a whole page.
 */
function publish(made: string): void {
  const files = readdirSync(made, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(made.length + 1))
    .sort((a, b) => Number(a === PAGE) - Number(b === PAGE));
  for (const file of files) {
    mkdirSync(dirname(join(OUT, file)), { recursive: true });
    renameSync(join(made, file), join(OUT, file));
  }
  for (const name of readdirSync(join(OUT, 'assets'))) {
    if (!files.includes(join('assets', name))) rmSync(join(OUT, 'assets', name));
  }
  rmSync(made, { recursive: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildExplorer();
