import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Names that several folders of vendors share because they play the same role there. */
const ROLES: Readonly<Record<string, string>> = {
  Condition: 'one condition of a native filter: deepset and SoftwareOne have a query language',
  JobLoader: 'the batching loader of jobs',
  ListWire: 'the decoded answer of a native list',
  LogPartitionOptions: 'what the partitions of a log are made from',
  LogQuery: 'the native query of log lines',
  NativeLog: 'a log and what reads it',
  Predicate: 'a compiled filter of a simulation',
  TaskWire: 'a decoded task',
};

const DECLARED = /^export (?:declare )?(?:abstract )?(?:class|interface|type|enum) (\w+)/gm;

/** The files that declare each exported type. Generated files are left out: they mirror the schema. */
function declarationsOf(files: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const declarations = new Map<string, string[]>();
  for (const [file, text] of files) {
    for (const [, name = ''] of text.matchAll(DECLARED)) {
      declarations.set(name, [...(declarations.get(name) ?? []), file]);
    }
  }
  return declarations;
}

const sources = ['src', 'schema', 'resolvers'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.split(sep).join('/')))
    .filter((file) => file.endsWith('.ts') && !file.includes('/generated/'))
    .map((file) => [file, readFileSync(join(ROOT, file), 'utf8')] as const),
);

const isVendors = (file: string): boolean => /^src\/(?:vendors|sandbox)\//.test(file);

/** Names with several meanings. A role of vendors may be declared once in each vendor's folder. */
function ambiguous(declarations: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...declarations]
    .filter(([name, files]) => files.length > 1 && !(name in ROLES && files.every(isVendors)))
    .map(([name, files]) => `${name}: ${files.join(', ')}`);
}

describe('an exported type', () => {
  test('has a name that no other exported type has, unless it is a role of several vendors', () => {
    expect(ambiguous(declarationsOf(sources))).toEqual([]);
  });

  test('that is listed as a role is declared by several vendors', () => {
    const declarations = declarationsOf(sources);
    expect(Object.keys(ROLES).filter((name) => (declarations.get(name)?.length ?? 0) < 2)).toEqual([]);
  });

  test('with the name of another one is noticed', () => {
    const declarations = declarationsOf([
      ['src/domain/a.ts', 'export interface Pause {}\nexport type LogRow = string;\n'],
      ['src/http/b.ts', 'export abstract class Pause {}\nclass Other {}\n'],
      ['src/vendors/nemo/c.ts', 'export interface LogRow {}\nexport class Other {}\n'],
    ]);
    expect(ambiguous(declarations)).toEqual([
      'Pause: src/domain/a.ts, src/http/b.ts',
      'LogRow: src/domain/a.ts, src/vendors/nemo/c.ts',
    ]);
  });
});
