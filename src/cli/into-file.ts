import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Misuse } from './misuse.ts';
import type { OutputOptions } from './show/output-choice.ts';
import { EXIT } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

export interface FileOptions extends OutputOptions {
  /** Replace it when there is one. */
  readonly force?: boolean | undefined;
}

/**
 * Lets a command write into a file, where one is named, and says how many lines there are. The file has its name once it is whole:
 * until then, and after a failure, it is `FILE.part`. Throws `Misuse` for a file that cannot be made.
 */
export async function intoFile(
  { output: { file: output } = {}, force = false }: FileOptions,
  surroundings: Surroundings,
  use: (surroundings: Surroundings) => Promise<number>,
): Promise<number> {
  if (output === undefined) return use(surroundings);
  const path = resolve(surroundings.folder, output);
  const part = `${path}.part`;
  const standing = await stat(path).catch(() => null);
  // A device or a folder must not be replaced by a file.
  if (standing?.isFile() === false) throw new Misuse(`${output} is no file.`);
  if (standing !== null && !force) throw new Misuse(`${output} exists: give --force to replace it.`);
  const file = await create(part, `${output}.part`, force);
  let lines = 0;
  let code: number = EXIT.failed;
  try {
    code = await use({
      ...surroundings,
      colors: false,
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
    // Ctrl+C is how a tail ends.
    if (code === EXIT.done || code === EXIT.interrupted) {
      await rename(part, path);
      surroundings.complain(`${lines} lines are in ${output}.\n`);
    } else if (lines === 0) await rm(part);
    else surroundings.complain(`The first ${lines} lines are in ${output}.part.\n`);
  }
  return code;
}

async function create(path: string, shown: string, force: boolean): Promise<FileHandle> {
  try {
    return await open(path, force ? 'w' : 'wx');
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
