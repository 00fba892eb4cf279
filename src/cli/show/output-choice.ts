import { InvalidArgumentError } from 'commander';
import { Misuse } from '../options/misuse.ts';
import { suggestionFor } from '../../domain/suggestion.ts';

/** How results are written down. */
export const OUTPUT_FORMATS = ['text', 'wide', 'json', 'ndjson', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What `-o` says: a form, a file, or, given twice, both. */
export interface OutputChoice {
  readonly format?: OutputFormat | undefined;
  readonly file?: string | undefined;
}

export interface OutputOptions {
  readonly output?: OutputChoice | undefined;
  /** JSON, as it was printed before there was `-o`. */
  readonly json?: boolean | undefined;
}

/** A word that names a form is that; what has a dot or a slash is a file. Anything else is a mistake. */
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

/** What names of files say of their form. */
const EXTENSIONS: Readonly<Record<string, OutputFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  csv: 'csv',
  txt: 'text',
  log: 'text',
};

/** The form that is asked for: by name, or by the extension of a file; else `text`, or what `--json` stands for. */
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
