import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Prints what the package is made of (CycloneDX): npm's list without what is for development only. npm's own `--omit dev` also leaves
 * out what is needed at run time where any package has it for its own development.
 */

interface Component {
  readonly 'bom-ref': string;
}

interface Bom {
  readonly metadata: { readonly component: Component & { name: string } };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Lock {
  readonly name: string;
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dev?: boolean }>>;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const bom = JSON.parse(
  execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }),
) as Bom;

const kept = new Set([bom.metadata.component['bom-ref']]);
for (const [place, { version = '', dev = false }] of Object.entries(lock.packages))
  if (place !== '' && !dev) kept.add(`${place.slice(place.lastIndexOf('node_modules/') + 13)}@${version}`);

// npm gives it the name of the folder.
bom.metadata.component.name = lock.name;
const shown = {
  ...bom,
  components: bom.components.filter((one) => kept.has(one['bom-ref'])),
  dependencies: bom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) })),
};
process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
