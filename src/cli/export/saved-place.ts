import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Misuse } from '../options/misuse.ts';
import { EXPORT_FORMATS } from '../../export/formats.ts';

/** The place of an export: the content of the file of `--resume`. */
const place = z.strictObject({
  version: z.literal(1),
  jobs: z.array(z.strictObject({ source: z.string(), key: z.string() })),
  /** As the graph's input. Relative times were resolved in the first run. */
  filter: z.record(z.string(), z.unknown()),
  format: z.enum(EXPORT_FORMATS),
  /** The id of the last line. */
  after: z.string().nullable(),
  lines: z.int(),
  /** Bytes written so far. */
  bytes: z.int(),
});

export type SavedPlace = Readonly<z.infer<typeof place>>;

/** Reads a place from a file. Null if there is no file yet. Throws `Misuse` for any other content. */
export async function readPlace(path: string, shown: string): Promise<SavedPlace | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Misuse(`Cannot read ${shown}.`);
  }
  try {
    return place.parse(JSON.parse(text));
  } catch {
    throw new Misuse(`${shown} is not a place that an export has saved.`);
  }
}

/** Writes a place. Replaces an existing file atomically, so it is never half written. */
export async function writePlace(path: string, saved: SavedPlace): Promise<void> {
  const next = `${path}.new`;
  await writeFile(next, `${JSON.stringify(saved)}\n`);
  await rename(next, path);
}
