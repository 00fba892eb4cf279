import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import ts from 'typescript';

/** Prints the full name of every test, with those of its `describe`s, as a person reads it: one a line. */

function textOf(node: ts.Expression | undefined, source: ts.SourceFile): string | null {
  if (node === undefined) return null;
  return ts.isStringLiteralLike(node) ? node.text : node.getText(source);
}

/** `test`, `describe`, or what they are called with: `test.each(…)`, `describe.skipIf(…)`. */
function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootOf(node.expression);
  return ts.isTaggedTemplateExpression(node) ? rootOf(node.tag) : '';
}

function visit(node: ts.Node, source: ts.SourceFile, above: readonly string[]): void {
  let names = above;
  if (ts.isCallExpression(node)) {
    const [first, second] = node.arguments;
    const root = rootOf(node.expression);
    const isNamed = second !== undefined && (root === 'test' || root === 'describe');
    const name = isNamed ? textOf(first, source) : null;
    if (name !== null) {
      names = [...above, name];
      if (root === 'test') process.stdout.write(`${source.fileName}: ${names.join(' ')}\n`);
    }
  }
  node.forEachChild((child) => {
    visit(child, source, names);
  });
}

for (const file of execFileSync('git', ['ls-files', 'test/**.test.ts', ...process.argv.slice(2)], { encoding: 'utf8' })
  .trim()
  .split('\n')) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false);
  visit(source, source, []);
}
