import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import { preset } from '@graphql-codegen/client-preset';
import { parse } from 'graphql';
import { format, resolveConfig } from 'prettier';
import { clientSchema } from './schema/index.ts';
import { schemaText } from './src/library/texts.ts';

/**
 * Prints the graph to schema/schema.graphql, so that a change of the API is a change that reviewers see, and the
 * explorer's operations as typed documents, so that it asks for nothing that the graph does not have.
 * With `--check` nothing is written: it fails when a committed file is not what would be written.
 */

const SCHEMA = new URL('./schema/schema.graphql', import.meta.url);
const OPERATIONS = new URL('./explorer/src/graphql/', import.meta.url);
const DOCUMENTS = new URL('./explorer/src/graphql/generated/graphql.ts', import.meta.url);

/** The graph as text: what schema/schema.graphql holds. */
export function printedSchema(): string {
  return schemaText();
}

/** The operations of the explorer with the types of their variables and results. */
async function typedDocuments(): Promise<string> {
  const names = (await readdir(OPERATIONS)).filter((name) => name.endsWith('.graphql')).sort();
  const documents = await Promise.all(
    names.map(async (location) => {
      const rawSDL = await readFile(new URL(location, OPERATIONS), 'utf8');
      return { location, rawSDL, document: parse(rawSDL) };
    }),
  );
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: fileURLToPath(new URL('.', DOCUMENTS)),
    schema: parse(printedSchema()),
    schemaAst: clientSchema,
    documents,
    plugins: [],
    pluginMap: {},
    presetConfig: { fragmentMasking: false, skipIndexFile: true },
    config: {
      documentMode: 'string',
      enumType: 'string-literal',
      useTypeImports: true,
      skipTypename: true,
      immutableTypes: true,
      scalars: { DateTime: 'string', JSON: 'unknown', ID: 'string' },
    },
    documentTransforms: [],
  });
  const section = sections.find(({ filename }) => filename.endsWith('/graphql.ts'));
  if (section === undefined) throw new Error('The client preset makes no graphql.ts.');
  const text = await codegen(section);
  return format(text, { ...(await resolveConfig(DOCUMENTS)), parser: 'typescript' });
}

async function main(check: boolean): Promise<number> {
  const files = [
    { file: SCHEMA, text: printedSchema() },
    { file: DOCUMENTS, text: await typedDocuments() },
  ];
  let status = 0;
  for (const { file, text } of files) {
    if (!check) await writeFile(file, text);
    else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
      const name = fileURLToPath(file).slice(fileURLToPath(new URL('.', import.meta.url)).length);
      process.stderr.write(`${name} is out of date: run \`npm run codegen\` and commit it.\n`);
      status = 1;
    }
  }
  return status;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await main(process.argv.includes('--check'));
}
