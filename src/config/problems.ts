/** One thing that is wrong in a configuration: the path of the key ('' for the file as a whole), and what is wrong with it. */
export interface Problem {
  readonly key: string;
  readonly message: string;
}

/**
 * Everything that is wrong with a configuration at once. Its text holds keys and what is allowed there;
 * never a secret, and never a value that came from the environment.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly Problem[];

  /** `origin` is the file that the problems are in, or what else the configuration came from. */
  constructor(origin: string, problems: readonly Problem[]) {
    const lines = problems.map(({ key, message }) => `  - ${key === '' ? '' : `${key}: `}${message}`);
    super([`The configuration in ${origin} has ${countOf(problems.length)}:`, ...lines].join('\n'));
    this.problems = problems;
  }
}

function countOf(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}

/** Writes a path as people write it: `sources.erp.auth.type`, `sources.training.workspaces[0]`. */
export function keyOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
