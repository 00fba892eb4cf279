import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { childOf } from './schema/json-schema.ts';
import { ConfigurationError } from './problems.ts';
import type { Problem } from './problems.ts';
import type { VendorDefinition } from '../vendors/connector.ts';
import { defineVendor, faultOf } from '../vendors/define-vendor.ts';
import type { OwnVendor } from '../vendors/define-vendor.ts';

/** Where the modules of a configuration are, and what it came from, for messages. */
export interface PluginPlace {
  readonly folder: string;
  readonly origin: string;
}

/**
 * The vendors that there are, and those of the modules that a configuration names: the default export of each is what
 * `defineVendor` gives, or a list of such. Throws `ConfigurationError` with everything that is wrong with them.
 */
export async function withPlugins(
  vendors: readonly VendorDefinition[],
  value: unknown,
  { folder, origin }: PluginPlace,
): Promise<readonly VendorDefinition[]> {
  const paths = childOf(value, 'plugins');
  // What is no list of texts is a problem of the configuration, which names it.
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) return vendors;
  const all = [...vendors];
  const problems: Problem[] = [];
  for (const [index, path] of paths.entries()) {
    const report = (message: string): void => void problems.push({ key: `plugins[${index}]`, message });
    for (const definition of await definitionsIn(resolve(folder, path), report)) {
      if (all.some(({ vendor }) => vendor === definition.vendor))
        report(`there is a vendor "${definition.vendor}" already`);
      else all.push(definition);
    }
  }
  if (problems.length > 0) throw new ConfigurationError(origin, problems);
  return all;
}

async function definitionsIn(path: string, report: (message: string) => void): Promise<readonly VendorDefinition[]> {
  let exported: unknown;
  try {
    exported = childOf(await import(/* @vite-ignore */ pathToFileURL(path).href), 'default');
  } catch (error) {
    report(`cannot be loaded: ${error instanceof Error ? error.message : 'it throws'}`);
    return [];
  }
  if (exported === undefined) {
    report('has no default export: expected what `defineVendor` gives, or a list of such');
    return [];
  }
  return [exported].flat().flatMap((one: unknown) => {
    if (isDefinition(one)) return [defineVendor(one)];
    report(faultOf(one) ?? 'is no vendor');
    return [];
  });
}

function isDefinition(value: unknown): value is OwnVendor {
  return faultOf(value) === null;
}
