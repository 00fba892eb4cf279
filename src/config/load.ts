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
import type { ReadText } from './text-file.ts';
import { withoutHalfPairs } from '../domain/json.ts';
import type { VendorDefinition } from '../vendors/connector.ts';

/** File names to try in the folder, in this order, if no path is given. */
const USUAL_NAMES = ['tributary.yaml', 'tributary.yml', 'tributary.json'] as const;

export interface LoadOptions {
  /** The value of `--config`; it takes precedence over `TRIBUTARY_CONFIG` and the usual names. */
  readonly path?: string | undefined;
  readonly environment: Environment;
  /** Base of relative paths, and the folder where the usual names are tried. */
  readonly folder: string;
  readonly vendors: readonly VendorDefinition[];
}

/** A configuration as it was read, with the texts of the files that it names. Plain data, which holds secrets. */
export interface Snapshot {
  readonly origin: string;
  readonly folder: string;
  readonly value: unknown;
  readonly texts: Readonly<Record<string, string>>;
}

export interface ReadConfiguration {
  readonly configuration: Configuration;
  readonly snapshot: Snapshot;
}

/**
 * Reads the configuration of this run. Null if no file is named and the folder has none of the usual files. Throws
 * `ConfigurationError` if the file cannot be used.
 */
export async function loadConfiguration(options: LoadOptions): Promise<Configuration | null> {
  return (await readConfiguration(options))?.configuration ?? null;
}

/** The same, with what another process needs for the same configuration. */
export async function readConfiguration(options: LoadOptions): Promise<ReadConfiguration | null> {
  const named = options.path ?? (options.environment.TRIBUTARY_CONFIG || undefined);
  const file = named ?? (await findUsual(options.folder));
  if (file === null) return null;
  const path = resolve(options.folder, file);
  const value = parseText(await readNamed(path, file), file);
  const readText = textFilesIn(dirname(path));
  const texts: Record<string, string> = {};
  const snapshot = { origin: file, folder: dirname(path), value, texts };
  const configuration = await parseValue(snapshot, options, (name) => (texts[name] ??= readText(name)));
  return { configuration, snapshot };
}

/** The configuration of a snapshot. Files that it names are not read again. */
export async function configurationOfSnapshot(
  snapshot: Snapshot,
  options: Pick<LoadOptions, 'environment' | 'vendors'>,
): Promise<Configuration> {
  const readText = textFilesIn(snapshot.folder);
  return parseValue(snapshot, options, (name) => snapshot.texts[name] ?? readText(name));
}

async function parseValue(
  { origin, folder, value }: Snapshot,
  { environment, vendors }: Pick<LoadOptions, 'environment' | 'vendors'>,
  readText: ReadText,
): Promise<Configuration> {
  const all = await withPlugins(vendors, value, { folder, origin });
  return parseConfiguration(value, { origin, vendors: all, environment, readText });
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

/** Parses a file by its extension: `.json` is JSON, everything else YAML 1.2. */
export function parseText(text: string, file: string): unknown {
  const value = extname(basename(file)).toLowerCase() === '.json' ? parseJson(text, file) : parseYaml(text, file);
  // Answers and messages show these values, so they must be valid Unicode.
  const written = JSON.stringify(value) as string | undefined;
  if (written === undefined || withoutHalfPairs(written) === written) return value;
  throw new ConfigurationError(file, [{ key: '', message: 'an escape such as \\ud83d is half of a surrogate pair' }]);
}

/** The parsers' messages quote the file, which may contain secrets; only line and column are passed on. */
function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  // Without `stringKeys`, a key that is a list or a mapping would become a text, and Node would print it in a warning.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length === 0) return expandAliases(document, file);
  const problems = faults.map(({ code, pos: [start] }) => {
    const { line, col } = lines.linePos(start);
    return { key: '', message: `invalid YAML at line ${line}, column ${col}: ${wordsOf(code)}` };
  });
  throw new ConfigurationError(file, problems);
}

/** Refuses aliases that multiply, since they would exhaust memory. */
function expandAliases(document: Document.Parsed, file: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    // Throws if a node contains itself.
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
    throw new ConfigurationError(file, [{ key: '', message: `invalid JSON${place}` }]);
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
