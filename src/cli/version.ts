import { createRequire } from 'node:module';

/** The version of this package, both from sources and from a build. */
export function packageVersion(): string {
  // The package resolves itself by its own name.
  const { version } = createRequire(import.meta.url)('tributary/package.json') as { readonly version: string };
  return version;
}
