import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { npm, ROOT, run } from '../support/folders.ts';

let folder: string;

const git = (...args: readonly string[]): Promise<unknown> => run('git', args, { cwd: folder });
const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-release-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** A repository with what a release changes, and nothing else. */
async function repository(changelog: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json', 'scripts/changelog.ts']) {
    await mkdir(join(folder, 'scripts'), { recursive: true });
    await cp(join(ROOT, file), join(folder, file));
  }
  await writeFile(join(folder, 'CHANGELOG.md'), changelog);
  await writeFile(join(folder, '.gitignore'), 'node_modules\n');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await git('init', '--quiet');
  await git('config', 'user.email', 'test@example.com');
  await git('config', 'user.name', 'test');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'Begin');
}

test('npm version moves what is unreleased under the new version, and commits and tags it', async () => {
  await repository('# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.0.9 (2026-01-01)\n\n- Older.\n');
  const before = z.object({ version: z.string() }).parse(JSON.parse(await read('package.json'))).version;
  expect((await npm(['version', 'minor'], folder)).trim()).toMatch(/v\d+\.\d+\.0$/);
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await read('package.json')));
  expect(version).not.toBe(before);
  const [head, middle, last] = (await read('CHANGELOG.md')).split(/(?=^## )/m).slice(1);
  expect(head?.trim()).toBe('## Unreleased');
  expect(middle).toMatch(new RegExp(`^## ${version} \\(\\d{4}-\\d\\d-\\d\\d\\)\\n\\n### Added\\n\\n- A thing\\.\\n`));
  expect(last).toBe('## 0.0.9 (2026-01-01)\n\n- Older.\n');
  const { stdout } = await run('git', ['status', '--porcelain'], { cwd: folder });
  expect(stdout).toBe('');
  expect((await run('git', ['tag'], { cwd: folder })).stdout.trim()).toBe(`v${version}`);
});

test('npm version refuses where the changelog says nothing', async () => {
  await repository('# Changelog\n\n## Unreleased\n\n## 0.0.9 (2026-01-01)\n\n- Older.\n');
  await expect(npm(['version', 'minor'], folder)).rejects.toThrow(/nothing to release/);
  expect((await run('git', ['tag'], { cwd: folder })).stdout).toBe('');
});

test('the bill of materials has every package that is needed at run time and none that is not, with its checksum', async () => {
  const { metadata, components, ...bom } = z
    .object({
      metadata: z.object({ component: z.object({ name: z.string(), purl: z.string() }) }),
      dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
      components: z.array(
        z.object({ name: z.string(), version: z.string(), hashes: z.array(z.object({ content: z.string() })).min(1) }),
      ),
    })
    .parse(JSON.parse(await npm(['run', '--silent', 'sbom'], ROOT)));
  expect(metadata.component).toMatchObject({
    name: 'tributary',
    purl: expect.stringMatching(/^pkg:npm\/tributary@/) as string,
  });
  const { dependencies, devDependencies } = z
    .object({
      dependencies: z.record(z.string(), z.string()),
      devDependencies: z.record(z.string(), z.string()),
    })
    .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const names = new Set(components.map(({ name }) => name));
  expect(Object.keys(dependencies).filter((name) => !names.has(name))).toEqual([]);
  expect(['vitest', 'vite', 'eslint'].filter((name) => name in devDependencies && names.has(name))).toEqual([]);
  // Whatever is named is there: the list is whole.
  const refs = new Set(bom.dependencies.map(({ ref }) => ref));
  expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  expect(components.length).toBeGreaterThan(150);
});
