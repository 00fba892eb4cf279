import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Builds the page into dist/explorer, unless what is there is newer than every source of it. `npm ci` and
 * `npm start` run it, so that the page is there without a step of its own.
 */

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Fonts are no modules, so Vite does not list them. */
const FONTS = ['inter', 'jetbrains-mono'] as const;

const BUILT = join(ROOT, 'dist', 'explorer', 'index.html');

/** What the built page depends on, beside the packages that the lock file pins. */
function newestSource(): number {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).map((name) => join(FOLDER, name));
  return Math.max(...[...files, join(ROOT, 'package-lock.json')].map((file) => statSync(file).mtimeMs));
}

function isUpToDate(): boolean {
  const built = statSync(BUILT, { throwIfNoEntry: false });
  return built !== undefined && built.mtimeMs > newestSource();
}

export async function buildExplorer(): Promise<void> {
  if (isUpToDate()) return;
  const { build } = await import('vite');
  // Vite takes the environment's word for it: under a test runner, React's slow form for developers would be built.
  const environment = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await build({ configFile: join(FOLDER, 'vite.config.ts'), logLevel: 'warn' });
  if (environment === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = environment;
  for (const font of FONTS) {
    const licence = readFileSync(join(ROOT, 'node_modules', '@fontsource-variable', font, 'LICENSE'), 'utf8');
    appendFileSync(join(ROOT, 'dist', 'explorer', 'licenses.md'), `\n## ${font}\n\n${licence.trim()}\n`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildExplorer();
