import { createHash, randomBytes } from 'node:crypto';
import { EXIT } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';

export interface KeyOptions {
  readonly json?: boolean | undefined;
}

/** Random keys of this length cannot be guessed, so a fast hash is safe. */
const KEY_BYTES = 32;

/** Prints a new key for a caller and its hash for the configuration. Stores neither. */
export async function makeKey({ json = false }: KeyOptions, { print }: Surroundings): Promise<number> {
  const key = `trib_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  await print(json ? `${JSON.stringify({ key, sha256 })}\n` : `key:    ${key}\nsha256: ${sha256}\n`);
  return EXIT.done;
}
