import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { clientSchema } from './schema/index.ts';

/**
 * Prints the graph to schema/schema.graphql, so that a change of the API is a change that reviewers see.
 * With `--check` nothing is written: it fails when the committed file is not what would be written.
 */

const FILE = new URL('./schema/schema.graphql', import.meta.url);

/** The graph as text: what schema/schema.graphql holds. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(clientSchema))}\n`;
}

async function main(check: boolean): Promise<number> {
  const printed = printedSchema();
  if (!check) {
    await writeFile(FILE, printed);
    return 0;
  }
  const committed = await readFile(FILE, 'utf8').catch(() => '');
  if (committed === printed) return 0;
  process.stderr.write('schema/schema.graphql is out of date: run `npm run codegen` and commit it.\n');
  return 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await main(process.argv.includes('--check'));
}
