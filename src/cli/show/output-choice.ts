import { InvalidArgumentError } from 'commander';
import { Misuse } from '../options/misuse.ts';
import { suggestionFor } from '../../domain/suggestion.ts';

/** Formats of results. */
export const OUTPUT_FORMATS = ['text', 'wide', 'json', 'ndjson', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The value of `-o`: a format, a file, or both if given twice. */
export interface OutputChoice {
  readonly format?: OutputFormat | undefined;
  readonly file?: string | undefined;
}

export interface OutputOptions {
  readonly output?: OutputChoice | undefined;
  /** The JSON format that predates `-o`. */
  readonly json?: boolean | undefined;
}

/** Parses a value of `-o`: the name of a format, or a file name with a dot or a slash. Throws for anything else. */
export function collectOutput(text: string, before: OutputChoice = {}): OutputChoice {
  const format = OUTPUT_FORMATS.find((name) => name === text.toLowerCase());
  if (format !== undefined) {
    if (before.format !== undefined) throw new InvalidArgumentError('There is one format already.');
    return { ...before, format };
  }
  if (!/[./\\]/.test(text)) {
    const meant = suggestionFor(text, OUTPUT_FORMATS);
    const hint = meant === null ? '' : ` Did you mean ${meant}?`;
    throw new InvalidArgumentError(
      `Expected ${OUTPUT_FORMATS.join(', ')}, or a file, whose name has a dot or a slash (./${text}).${hint}`,
    );
  }
  if (before.file !== undefined) throw new InvalidArgumentError('There is one file already.');
  return { ...before, file: text };
}

/** Formats by file extension. */
const EXTENSIONS: Readonly<Record<string, OutputFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  csv: 'csv',
  txt: 'text',
  log: 'text',
};

/** The chosen format: by name, by `--json`, or by the extension of the file; otherwise `usual`. */
export function formatOf(
  { output = {}, json = false }: OutputOptions,
  { json: jsonForm, usual = 'text' }: { readonly json: OutputFormat; readonly usual?: OutputFormat },
): OutputFormat {
  if (output.format !== undefined) {
    if (json) throw new Misuse('--json and -o cannot both say how.');
    return output.format;
  }
  if (json) return jsonForm;
  const extension = /\.([a-z]+)$/i.exec(output.file ?? '')?.[1]?.toLowerCase() ?? '';
  return EXTENSIONS[extension] ?? usual;
}
