import { createRequire } from 'node:module';

/** The version of this package. It is the same from the sources and from what is built of them. */
export function packageVersion(): string {
  // The package finds itself by its own name.
  const { version } = createRequire(import.meta.url)('tributary/package.json') as { readonly version: string };
  return version;
}
