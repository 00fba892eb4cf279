import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, hasPackages, npm, ROOT, run } from '../support/folders.ts';
import { startProgram } from '../support/program.ts';

const ready = await hasPackages('test/tools');

/** Would not compile if a type were lost: what is marked as wrong has to be. */
const TYPED = `
  import { createTributary, ConfigurationError, type Job, type Tributary } from 'tributary';
  import { defineVendor, TributaryError, z, type ConnectorOptions } from 'tributary/vendor';
  const tributary: Tributary = await createTributary({ server: { maxPageSize: 100 } });
  const own = defineVendor({ vendor: 'own', title: 'Own', options: z.strictObject({}), auth: ['none'], create: ({ http }: ConnectorOptions) => { throw new TributaryError('NOT_FOUND', http.source); } });
  // @ts-expect-error a vendor has a title
  const nameless = () => defineVendor({ vendor: 'own', options: z.strictObject({}), auth: ['none'], create: own.create });
  const typed = defineVendor({ vendor: 'typed', title: 'Typed', options: z.strictObject({ team: z.string() }), auth: ['none'], create: ({ options }) => { throw new Error(options.team.trim()); } });
  // @ts-expect-error its sources have no such option
  const wrong = () => defineVendor({ vendor: 'wrong', title: 'Wrong', options: z.strictObject({ team: z.string() }), auth: ['none'], create: ({ options }) => { throw new Error(options.tem); } });
  console.log(own.vendor, nameless, typed.title, wrong);
  const jobs: readonly Job[] = await tributary.federation.jobs({ first: 1 }, tributary.context().call).nodes();
  const response: Response = await tributary.fetch(new Request('http://localhost/'), { address: '192.0.2.1' });
  // @ts-expect-error a size is a number
  await createTributary({ server: { maxPageSize: 'many' } }).catch((error) => error instanceof ConfigurationError);
  console.log(jobs[0]?.status satisfies string | undefined, response.status);
  // @ts-expect-error jobs have no such field
  console.log(jobs[0]?.colour);
`;

const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel', 'error'];

let folder: string;
let tarball: string;

beforeAll(async () => {
  if (!ready) return;
  await build();
  folder = await mkdtemp(join(tmpdir(), 'tributary-package-'));
  const packed = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  tarball = join(folder, filename);
}, 300_000);

afterAll(async () => {
  if (ready) await rm(folder, { recursive: true });
});

describe.skipIf(!ready)('the packed package', () => {
  test('has nothing that publint or arethetypeswrong complain about', async () => {
    const { stdout } = await run('node', [`${ROOT}/test/tools/check-package.js`, tarball]);
    const { publint, types, problems } = JSON.parse(stdout) as {
      publint: string[];
      types: boolean;
      problems: { kind: string; resolutionKind: string }[];
    };
    expect(publint).toEqual([]);
    expect(types).toBe(true);
    // It is for ES modules. Programs in CommonJS `import()` it, or `require` it where Node does that (from 20.19 on).
    expect(problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')).toEqual([]);
  });

  test('has no script that runs when it is installed, which npm would warn of', async () => {
    const { stdout } = await run('tar', ['-xOzf', tarball, 'package/package.json']);
    const { scripts } = JSON.parse(stdout) as { scripts: Readonly<Record<string, string>> };
    const atInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
    expect(atInstall.filter((name) => Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('is installed on the oldest Node that it is for, strictly, with what the guide to the library holds back', async () => {
    const guide = await readFile(`${ROOT}/docs/library.md`, 'utf8');
    const { overrides } = JSON.parse(/^```json\n([^]*?)^```$/m.exec(guide)?.[1] ?? '{}') as { overrides?: object };
    expect(overrides).toBeDefined();
    const place = join(folder, 'strict');
    await mkdir(place);
    await writeFile(join(place, 'package.json'), JSON.stringify({ name: 'program', private: true, overrides }));
    await npm(['install', '--engine-strict', '--dry-run', ...QUIET, tarball], place);
  });

  describe('installed in an empty folder', () => {
    let place: string;

    beforeAll(async () => {
      place = join(folder, 'program');
      await mkdir(place);
      await writeFile(join(place, 'package.json'), JSON.stringify({ name: 'program', private: true, type: 'module' }));
      await npm(['install', ...QUIET, tarball], place);
    }, 300_000);

    test('runs the example of a plain server', async () => {
      await cp(`${ROOT}/examples/hosts/http.js`, join(place, 'http.js'));
      const program = startProgram('node', ['http.js'], { cwd: place, env: { PORT: '0' } });
      const url = await program.line(/^http:/);
      const response = await fetch(`${url}?query=${encodeURIComponent('{ source(name: "sap") { vendor } }')}`);
      expect(await response.json()).toEqual({ data: { source: { vendor: 'sap-job-scheduling' } } });
      expect(await program.end()).toBe(0);
    });

    test('has types that a strict program compiles against', async () => {
      await writeFile(join(place, 'typed.ts'), TYPED);
      const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'];
      const types = ['--types', 'node', '--typeRoots', `${ROOT}/node_modules/@types`];
      const compiled = run(`${ROOT}/node_modules/.bin/tsc`, [...options, ...types, 'typed.ts'], { cwd: place });
      const { stdout } = await compiled.catch((error: unknown) => error as { readonly stdout: string });
      expect(stdout).toBe('');
    });

    test('shows the demo: simulated vendors, the service and the explorer', async () => {
      const command = ['--no-install', 'tributary', 'demo', '--no-open', '--port', '0'];
      const program = startProgram('npx', command, { cwd: place, withChildren: true });
      const url = (await program.line(/^ready at /)).slice('ready at '.length);
      expect(await program.line(/^The log explorer: http/)).toContain(url.replace('graphql', ''));
      const page = await fetch(url.replace('graphql', ''));
      expect(await page.text()).toContain('<div id="root">');
      const response = await fetch(`${url}?query=${encodeURIComponent('{ jobs(first: 1) { nodes { key } } }')}`);
      expect(await response.json()).toMatchObject({
        data: { jobs: { nodes: [{ key: expect.any(String) as string }] } },
      });
      await program.end();
      await expect.poll(() => fetch(url).then(Boolean, () => false), { timeout: 10_000 }).toBe(false);
    });

    test('runs each program of the guide to the library', async () => {
      const guide = await readFile(`${ROOT}/docs/library.md`, 'utf8');
      const programs = [...guide.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code ?? '');
      expect(programs.length).toBeGreaterThan(3);
      const outputs = await Promise.all(
        programs.map(async (code, index) => {
          await writeFile(join(place, `guide-${index}.js`), code);
          const { stdout } = await run('node', [`guide-${index}.js`], { cwd: place, timeout: 60_000 });
          return stdout;
        }),
      );
      expect(outputs.filter((output) => output === '')).toEqual([]);
    });
  });
});
