import type { Progress } from './progress-bar.ts';
import { writePlace } from './saved-place.ts';
import type { SavedPlace } from './saved-place.ts';
import type { ExportQuestion } from '../graph/graph.ts';
import { FORMATS } from '../../export/formats.ts';
import type { LogRecord } from '../../export/record.ts';

/** How often the place is saved, milliseconds. */
const INTERVAL = 1_000;

/**
 * Keeps the place of an export in a file. Lines are asked for as NDJSON, which names each by its id, and written in the format that
 * is wanted: one place serves all formats.
 */
export class PlaceKeeper {
  readonly #path: string;
  readonly #asked: ExportQuestion;
  #place: SavedPlace;
  #savedAt: number;

  constructor(path: string, asked: ExportQuestion, saved: SavedPlace | null) {
    const { jobs, filter, format, after = null } = asked;
    this.#path = path;
    this.#asked = asked;
    this.#place = { version: 1, jobs: [...jobs], filter: { ...filter }, format, after, lines: 0, bytes: 0, ...saved };
    this.#savedAt = performance.now();
  }

  /** What to ask for. */
  get question(): ExportQuestion {
    return { ...this.#asked, format: 'ndjson' };
  }

  get progress(): Progress {
    return this.#place;
  }

  /** Whole lines of NDJSON in the format that is wanted. */
  shown(lines: string): string {
    const { format, after } = this.#asked;
    if (format === 'ndjson') return lines;
    const head = after === undefined && this.#place.bytes === 0 ? FORMATS[format].head : '';
    return (
      head +
      recordsIn(lines)
        .map((record) => FORMATS[format].line(record))
        .join('')
    );
  }

  /** Notes what was written, and saves it now and then. */
  async written(lines: string, shown: string): Promise<Progress> {
    const last = recordsIn(lines.slice(lines.lastIndexOf('\n', lines.length - 2) + 1)).at(-1);
    this.#place = {
      ...this.#place,
      after: last?.id ?? this.#place.after,
      lines: this.#place.lines + lines.split('\n').length - 1,
      bytes: this.#place.bytes + Buffer.byteLength(shown),
    };
    if (performance.now() - this.#savedAt >= INTERVAL) await this.save();
    return this.#place;
  }

  async save(): Promise<void> {
    await writePlace(this.#path, this.#place);
    this.#savedAt = performance.now();
  }
}

function recordsIn(lines: string): readonly LogRecord[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogRecord);
}

/** Is it the same export? Its times may differ: they may have been given as how long ago. */
export function sameQuestion(saved: SavedPlace, { jobs, filter, format }: ExportQuestion): boolean {
  const untimed = (each: object): string => JSON.stringify({ ...each, since: undefined, until: undefined });
  return (
    saved.format === format &&
    JSON.stringify(saved.jobs) === JSON.stringify(jobs) &&
    untimed(saved.filter) === untimed(filter)
  );
}
