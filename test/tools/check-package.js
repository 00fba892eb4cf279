import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** Prints what publint and arethetypeswrong find in a packed package, as JSON. */
const tarball = await readFile(process.argv[2] ?? '');
const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
const { types, problems } = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)), {
  // A text, for tools that read schemas.
  excludeEntrypoints: ['./schema.graphql'],
});
process.stdout.write(
  JSON.stringify({
    publint: messages.map((message) => formatMessage(message, pkg, { color: false })),
    types: types !== false,
    problems: (problems ?? []).map(({ kind, entrypoint, resolutionKind }) => ({ kind, entrypoint, resolutionKind })),
  }),
);
