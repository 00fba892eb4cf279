import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { Configuration } from './configuration.ts';
import type { Environment } from './environment.ts';
import { parseConfiguration } from './parse.ts';
import { withPlugins } from './plugins.ts';
import { ConfigurationError } from './problems.ts';
import { decodeText, textFilesIn, UnreadableFile } from './text-file.ts';
import { withoutHalfPairs } from '../domain/json.ts';
import type { VendorDefinition } from '../vendors/connector.ts';

/** Looked for in the folder, in this order, when no path is given. */
const USUAL_NAMES = ['tributary.yaml', 'tributary.yml', 'tributary.json'] as const;

export interface LoadOptions {
  /** As `--config` says; before `TRIBUTARY_CONFIG` and the usual names. */
  readonly path?: string | undefined;
  readonly environment: Environment;
  /** Where relative paths start and the usual names are looked for. */
  readonly folder: string;
  readonly vendors: readonly VendorDefinition[];
}

/**
 * Reads the configuration of this run. Null when none is named and none of the usual files is in the
 * folder. Throws `ConfigurationError` when there is one that cannot be used.
 */
export async function loadConfiguration(options: LoadOptions): Promise<Configuration | null> {
  const named = options.path ?? (options.environment.TRIBUTARY_CONFIG || undefined);
  const file = named ?? (await findUsual(options.folder));
  if (file === null) return null;
  const path = resolve(options.folder, file);
  const value = parseText(await readNamed(path, file), file);
  const { environment } = options;
  const vendors = await withPlugins(options.vendors, value, { folder: dirname(path), origin: file });
  return parseConfiguration(value, { origin: file, vendors, environment, readText: textFilesIn(dirname(path)) });
}

async function findUsual(folder: string): Promise<string | null> {
  for (const name of USUAL_NAMES) {
    const found = await stat(resolve(folder, name)).catch(() => null);
    if (found?.isFile() === true) return name;
  }
  return null;
}

async function readNamed(path: string, shown: string): Promise<string> {
  try {
    return decodeText(await readFile(path));
  } catch (error) {
    if (error instanceof UnreadableFile)
      throw new ConfigurationError(shown, [{ key: '', message: `the file ${error.message}` }]);
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ConfigurationError(shown, [{ key: '', message: `the file cannot be read${reason}` }]);
  }
}

/** Decodes a file by its extension: `.json` is JSON, everything else YAML 1.2. */
export function parseText(text: string, file: string): unknown {
  const value = extname(basename(file)).toLowerCase() === '.json' ? parseJson(text, file) : parseYaml(text, file);
  // Answers and messages show what stands here, and must be valid Unicode.
  const written = JSON.stringify(value) as string | undefined;
  if (written === undefined || withoutHalfPairs(written) === written) return value;
  throw new ConfigurationError(file, [{ key: '', message: 'an escape such as \\ud83d is half of a surrogate pair' }]);
}

/** The messages of the parsers quote the file, which may hold secrets; only places are passed on. */
function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  // A key that is a list or a mapping would be made a text, and Node would print it in a warning.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length === 0) return expandAliases(document, file);
  const problems = faults.map(({ code, pos: [start] }) => {
    const { line, col } = lines.linePos(start);
    return { key: '', message: `no valid YAML at line ${line}, column ${col}: ${wordsOf(code)}` };
  });
  throw new ConfigurationError(file, problems);
}

/** Refuses aliases that multiply, as they would fill the memory. */
function expandAliases(document: Document.Parsed, file: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    // Throws where a node holds itself.
    JSON.stringify(value);
    return value;
  } catch {
    throw new ConfigurationError(file, [{ key: '', message: 'its YAML aliases cannot be resolved' }]);
  }
}

function wordsOf(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const place = position === undefined ? '' : ` at ${placeOf(text, Number(position))}`;
    throw new ConfigurationError(file, [{ key: '', message: `no valid JSON${place}` }]);
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
