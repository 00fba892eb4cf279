import { execFile } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder of the repository. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The command as it is built: it starts in half the time that its sources need. The set-up of all tests builds it. */
export const MAIN = join(ROOT, 'dist', 'src', 'cli', 'main.js');

export const run = promisify(execFile);

const PATIENCE_MILLISECONDS = 8 * 60_000;

/**
 * Installs the packages that a folder has of its own, unless they are there. False without a network: tests that need them are
 * skipped, and say so. In CI that is a failure.
 */
export async function hasPackages(folder: string): Promise<boolean> {
  const place = join(ROOT, folder);
  return alone(place, async () => {
    const wanted = readFileSync(join(place, 'package-lock.json'), 'utf8');
    const mark = join(place, 'node_modules', '.installed-lock');
    if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return true;
    const args = ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
    try {
      await npm(args, place);
    } catch (error) {
      if (process.env['CI'] === 'true') throw error;
      const { stderr = '' } = error as { readonly stderr?: string };
      console.warn(`SKIPPED: the packages of ${folder} can't be installed. Is there a network?\n${stderr}`);
      return false;
    }
    writeFileSync(mark, wanted);
    return true;
  });
}

/** Runs npm in a folder, and gives what it prints. */
export async function npm(args: readonly string[], folder: string): Promise<string> {
  const { stdout } = await run('npm', args, { cwd: folder, env: ownEnvironment(), timeout: PATIENCE_MILLISECONDS });
  return stdout;
}

/** Without what the npm that runs the tests says of its own project. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}

/** The packages of `examples`, and in their midst this repository as the package `tributary`. */
export async function hasExamples(): Promise<boolean> {
  if (!(await hasPackages('examples'))) return false;
  await build();
  const link = join(ROOT, 'examples', 'node_modules', 'tributary');
  await alone(join(ROOT, 'examples'), () => {
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(ROOT, link, 'dir');
  });
  return true;
}

/** Builds the package, unless what is built is newer than everything that it is built from. */
export async function build(): Promise<void> {
  await alone(join(ROOT, 'node_modules', '.cache'), async () => {
    const built = statSync(join(ROOT, 'dist', '.tsbuildinfo'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (!existsSync(join(ROOT, 'dist', 'explorer', 'index.html'))) await npm(['run', 'build'], ROOT);
    else if (newestSource() > built) await run('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: ROOT });
  });
}

function newestSource(): number {
  const files = ['src', 'schema', 'resolvers'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(ROOT, folder, file)),
  );
  return Math.max(...[...files, join(ROOT, 'tsconfig.build.json')].map((file) => statSync(file).mtimeMs));
}

/** Test files run side by side, in processes of their own: one at a time changes a folder. */
async function alone<T>(folder: string, act: () => T | Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, '.installing');
  const patience = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // A run that was killed leaves its lock behind.
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > PATIENCE_MILLISECONDS) rmSync(lock, { recursive: true, force: true });
      if (performance.now() > patience) throw new Error(`${lock} is held by another run of the tests.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  try {
    return await act();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
