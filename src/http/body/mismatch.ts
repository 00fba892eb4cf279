/** A value of an answer that is not what it should be. `path` leads to it from where one looked. */
export class Mismatch extends Error {
  readonly path: string;
  /** Names of members that the answer has instead: for the operator, never for clients. */
  readonly members: readonly string[];

  constructor(path: string, message: string, members: readonly string[] = []) {
    super(message);
    this.path = path;
    this.members = members;
  }

  static of(value: unknown, expected: string, path = ''): Mismatch {
    return new Mismatch(path, `expected ${expected}, got ${described(value)}`);
  }

  /** The same, seen from further out. */
  below(path: string): Mismatch {
    const joined = path === '' || this.path === '' || this.path.startsWith('[') ? '' : '.';
    return new Mismatch(path + joined + this.path, this.message, this.members);
  }

  /** `results[3].runState: expected a string, got 7`. */
  get text(): string {
    return this.path === '' ? this.message : `${this.path}: ${this.message}`;
  }
}

/** Numbers, booleans and null as they came; texts, objects and lists only by their kind: nothing of the body leaks. */
export function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string' ? 'a string' : 'an object';
}
