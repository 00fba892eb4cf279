/** A value in an answer that does not match its decoder. `path` leads to it from the value that was being decoded. */
export class Mismatch extends Error {
  readonly path: string;
  /** Names of members that the answer has instead: shown to the operator, never to clients. */
  readonly members: readonly string[];

  constructor(path: string, message: string, members: readonly string[] = []) {
    super(message);
    this.path = path;
    this.members = members;
  }

  static of(value: unknown, expected: string, path = ''): Mismatch {
    return new Mismatch(path, `expected ${expected}, got ${described(value)}`);
  }

  /** The same mismatch with a path that starts further out. */
  below(path: string): Mismatch {
    const joined = path === '' || this.path === '' || this.path.startsWith('[') ? '' : '.';
    return new Mismatch(path + joined + this.path, this.message, this.members);
  }

  /** `results[3].runState: expected a string, got 7`. */
  get text(): string {
    return this.path === '' ? this.message : `${this.path}: ${this.message}`;
  }
}

/** A longer string may be wrong for its length. */
const LONG_CHARACTERS = 1_000;

/**
 * Quotes numbers, booleans and null. Names strings, objects and lists only by type, so that no text of the body leaks.
 */
export function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'string') return 'an object';
  return value.length > LONG_CHARACTERS ? `a string of ${value.length} characters` : 'a string';
}
