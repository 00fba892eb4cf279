import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { validate } from 'dockerfile-utils';

/** Prints what a linter finds in a Dockerfile, as JSON: texts with their lines. */
const text = await readFile(process.argv[2] ?? '', 'utf8');
const findings = validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
process.stdout.write(JSON.stringify(findings));
