/**
 * Writes what is generated from the configuration's schema: the JSON Schema for editors, and what each vendor adds, in
 * the documentation. With `--check`, writes nothing and fails when one of them is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { z } from 'zod';
import { printConfigurationJsonSchema } from './src/config/schema/json-schema.ts';
import type { VendorDefinition } from './src/vendors/connector.ts';
import { VENDORS } from './src/vendors/index.ts';

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The generated files as they should be. Paths are relative to the repository. */
export async function generateFiles(): Promise<readonly GeneratedFile[]> {
  const guide = 'docs/configuration.md';
  const section = `<!-- vendors -->\n\n${VENDORS.map(describeVendor).join('\n')}\n<!-- /vendors -->`;
  const text = (await readFile(locate(guide), 'utf8')).replace(/<!-- vendors -->[^]*<!-- \/vendors -->/, () => section);
  return [
    await formatted('docs/tributary.schema.json', printConfigurationJsonSchema(VENDORS)),
    await formatted(guide, text),
  ];
}

function describeVendor({ vendor, title, options, auth }: VendorDefinition): string {
  const properties = Object.entries(optionsSchema.parse(z.toJSONSchema(options, { io: 'input' })).properties);
  const kinds = auth.map((kind) => `\`${kind}\``).join(', ');
  const rows = properties.map(([name, { default: initial, description = '' }]) => {
    return `| \`${name}\` | ${initial === undefined ? 'required' : `\`${JSON.stringify(initial)}\``} | ${description} |`;
  });
  const table = rows.length === 0 ? '' : `| key | default | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  return `#### \`${vendor}\`: ${title}\n\n\`auth\`: ${kinds}.\n\n${table}`;
}

const optionsSchema = z.object({
  properties: z.record(z.string(), z.object({ default: z.json().optional(), description: z.string().optional() })),
});

async function formatted(path: string, text: string): Promise<GeneratedFile> {
  const file = locate(path);
  const options = await prettier.resolveConfig(file);
  return { path, text: await prettier.format(text, { ...options, filepath: file }) };
}

function locate(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, text } of await generateFiles()) {
    const current = await readFile(locate(path), 'utf8').catch(() => '');
    if (current === text) continue;
    if (!process.argv.includes('--check')) {
      await writeFile(locate(path), text);
      continue;
    }
    process.stderr.write(`${path} is stale: run npm run config:schema\n`);
    process.exitCode = 1;
  }
}
