import type { Progress } from './progress-bar.ts';
import { writePlace } from './saved-place.ts';
import type { SavedPlace } from './saved-place.ts';
import type { ExportQuestion } from '../graph/graph.ts';
import { FORMATS } from '../../export/formats.ts';
import type { LogRecord } from '../../export/record.ts';

/** How often the place is saved, in milliseconds. */
const INTERVAL = 1_000;

/**
 * Stores the place of an export in a file. Requests lines as NDJSON, which contains their ids, and converts them to the
 * chosen format. So the same kind of place serves all formats.
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

  /** The request to send. */
  get question(): ExportQuestion {
    return { ...this.#asked, format: 'ndjson' };
  }

  get progress(): Progress {
    return this.#place;
  }

  /** Converts whole lines of NDJSON to the chosen format. */
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

  /** Records what was written, and saves the place at intervals. */
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

/** True if it is the same export. Times may differ, because they may have been given relative to now. */
export function sameQuestion(saved: SavedPlace, { jobs, filter, format }: ExportQuestion): boolean {
  const untimed = (each: object): string => JSON.stringify({ ...each, since: undefined, until: undefined });
  return (
    saved.format === format &&
    JSON.stringify(saved.jobs) === JSON.stringify(jobs) &&
    untimed(saved.filter) === untimed(filter)
  );
}
