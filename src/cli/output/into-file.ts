import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Misuse } from '../options/misuse.ts';
import { paged } from './paged.ts';
import type { PagerOptions } from './paged.ts';
import type { OutputOptions } from '../show/output-choice.ts';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';

export interface FileOptions extends OutputOptions, PagerOptions {
  /** True: replace an existing file. */
  readonly force?: boolean | undefined;
}

/** The part of a file that an earlier run wrote. Anything after it is cut off and written again. */
export interface Begun {
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Lets a command write into the named file, or without one into a pager, and reports how many lines the file has. The
 * file gets its name when it is complete; until then, and after a failure, it is `FILE.part`. Throws `Misuse` if the
 * file cannot be created.
 */
export async function intoFile(
  { output: { file: output } = {}, force = false, begun, pager }: FileOptions & { readonly begun?: Begun | undefined },
  surroundings: Surroundings,
  use: (surroundings: Surroundings) => Promise<number>,
): Promise<number> {
  if (output === undefined) return paged({ pager }, surroundings, use);
  const path = resolve(surroundings.folder, output);
  const part = `${path}.part`;
  const standing = await stat(path).catch(() => null);
  // Never replace a device or a folder by a file.
  if (standing?.isFile() === false) throw new Misuse(`${output} is not a file.`);
  if (standing !== null && !force && begun === undefined)
    throw new Misuse(`${output} exists: give --force to replace it.`);
  const file = begun === undefined ? await create(part, `${output}.part`, force) : await reopen(path, output, begun);
  let lines = begun?.lines ?? 0;
  let code: number = EXIT.failed;
  const printed = { isWhole: false };
  try {
    code = await use({
      ...surroundings,
      colors: false,
      printedWhole: () => {
        printed.isWhole = true;
      },
      print: async (text) => {
        await file.appendFile(text);
        lines += text.split('\n').length - 1;
      },
    });
  } catch (error) {
    if (!isOfFile(error)) throw error;
    surroundings.complain(`Cannot write the output: ${error.message}. What was written is not complete.\n`);
  } finally {
    await file.close();
    // Ctrl+C is the normal end of a tail.
    if (printed.isWhole || code === EXIT.done || code === EXIT.interrupted) {
      await rename(part, path);
      surroundings.complain(`${lines} lines are in ${output}.\n`);
    } else if (lines === 0) await rm(part);
    else surroundings.complain(`The first ${lines} lines are in ${output}.part.\n`);
  }
  return code;
}

/** Reopens the file of an earlier run to append to it: `FILE.part`, or the complete file. */
async function reopen(path: string, shown: string, { bytes }: Begun): Promise<FileHandle> {
  const part = `${path}.part`;
  const sizes = await Promise.all(
    [part, path].map(async (each) =>
      stat(each).then(
        ({ size }) => size,
        () => null,
      ),
    ),
  );
  const [ofPart = null, ofWhole = null] = sizes;
  if ((ofPart ?? ofWhole ?? 0) < bytes)
    throw new Misuse(
      `${shown}.part has not the ${bytes} bytes that it had. Remove the file of --resume to begin anew.`,
    );
  if (ofPart === null && ofWhole !== null) await rename(path, part);
  const file = await create(part, `${shown}.part`, true, 'a');
  await file.truncate(bytes);
  return file;
}

async function create(
  path: string,
  shown: string,
  force: boolean,
  flags: 'w' | 'wx' | 'a' = force ? 'w' : 'wx',
): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    const code = isOfFile(error) ? error.code : 'unknown';
    if (code === 'EEXIST') throw new Misuse(`${shown} exists: give --force to replace it.`);
    throw new Misuse(`Cannot write ${shown} (${code}).`);
  }
}

function isOfFile(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && FILE_CALLS.includes(String(error.syscall));
}

const FILE_CALLS = ['open', 'write'];
