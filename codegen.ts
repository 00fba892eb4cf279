import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import { preset } from '@graphql-codegen/client-preset';
import { parse } from 'graphql';
import { format, resolveConfig } from 'prettier';
import { clientSchema } from './schema/index.ts';
import { schemaText } from './src/library/texts.ts';

/**
 * Prints the graph to schema/schema.graphql, so that a change of the API is a change that reviewers see, and the
 * operations of the explorer and of the command line as typed documents, so that they ask for nothing that the graph does not have.
 * With `--check` nothing is written: it fails when a committed file is not what would be written.
 */

const SCHEMA = new URL('./schema/schema.graphql', import.meta.url);
/** Folders of operations; each has its typed documents in `generated/graphql.ts`. */
const OPERATIONS = ['./explorer/src/graphql/', './src/cli/graph/'].map((folder) => new URL(folder, import.meta.url));

/** What a generated file begins with. */
const HEADER =
  '/* eslint-disable -- Made by codegen.ts. One file, although a long one: the documents share their types. */\n';

/** The graph as text: what schema/schema.graphql holds. */
export function printedSchema(): string {
  return schemaText();
}

/** The operations of a folder with the types of their variables and results. */
async function typedDocuments(folder: URL): Promise<{ readonly file: URL; readonly text: string }> {
  const file = new URL('generated/graphql.ts', folder);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const documents = await Promise.all(
    names.map(async (location) => {
      const rawSDL = await readFile(new URL(location, folder), 'utf8');
      return { location, rawSDL, document: parse(rawSDL) };
    }),
  );
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: fileURLToPath(new URL('.', file)),
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
  const text = (await codegen(section)).replace('/* eslint-disable */\n', HEADER);
  return { file, text: await format(text, { ...(await resolveConfig(file)), parser: 'typescript' }) };
}

async function main(check: boolean): Promise<number> {
  const files = [
    { file: SCHEMA, text: printedSchema() },
    ...(await Promise.all(OPERATIONS.map(async (folder) => typedDocuments(folder)))),
  ];
  let status = 0;
  for (const { file, text } of files) {
    if (!check) await mkdir(new URL('.', file), { recursive: true }).then(async () => writeFile(file, text));
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
