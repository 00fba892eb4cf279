import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Puts what is under "Unreleased" in the changelog under the version that package.json has by now. `npm version` runs it between
 * the change of the version and the commit.
 */

const HEADING = '## Unreleased\n';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const text = readFileSync('CHANGELOG.md', 'utf8');
const start = text.indexOf(HEADING) + HEADING.length;
const next = text.indexOf('\n## ', start);
const changes = text.slice(start, next === -1 ? undefined : next).trim();
if (!text.includes(HEADING) || changes === '') {
  process.stderr.write('CHANGELOG.md says nothing under "## Unreleased": there is nothing to release.\n');
  process.exitCode = 1;
} else {
  const date = new Date().toISOString().slice(0, 10);
  const before = text.slice(0, start);
  const after = text.slice(start).replace(/^\n*/, '');
  writeFileSync('CHANGELOG.md', `${before}\n## ${version} (${date})\n\n${after}`);
}
