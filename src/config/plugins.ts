import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { childOf } from './schema/json-schema.ts';
import { ConfigurationError } from './problems.ts';
import type { Problem } from './problems.ts';
import type { VendorDefinition } from '../vendors/connector.ts';
import { defineVendor, faultOf } from '../vendors/define-vendor.ts';
import type { OwnVendor } from '../vendors/define-vendor.ts';

/** The folder of a configuration's modules, and the configuration's name in messages. */
export interface PluginPlace {
  readonly folder: string;
  readonly origin: string;
}

/**
 * The built-in vendors, and those of the modules that a configuration names. The default export of a module is the
 * result of `defineVendor`, or a list of such results. Throws `ConfigurationError` with all problems.
 */
export async function withPlugins(
  vendors: readonly VendorDefinition[],
  value: unknown,
  { folder, origin }: PluginPlace,
): Promise<readonly VendorDefinition[]> {
  const paths = childOf(value, 'plugins');
  // If this is not a list of texts, the validation of the configuration reports it.
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) return vendors;
  const all = [...vendors];
  const problems: Problem[] = [];
  for (const [index, path] of paths.entries()) {
    const report = (message: string): void => void problems.push({ key: `plugins[${index}]`, message });
    for (const definition of await definitionsIn(resolve(folder, path), report)) {
      if (all.some(({ vendor }) => vendor === definition.vendor))
        report(`the vendor "${definition.vendor}" already exists`);
      else all.push({ ...definition, module: { origin, key: `plugins[${index}]` } });
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
    report('has no default export: expected the result of `defineVendor`, or a list of such results');
    return [];
  }
  return [exported].flat().flatMap((one: unknown) => {
    if (isDefinition(one)) return [defineVendor(one)];
    report(faultOf(one) ?? 'is not a vendor');
    return [];
  });
}

function isDefinition(value: unknown): value is OwnVendor {
  return faultOf(value) === null;
}
