/** One problem of a configuration: the path of the key ('' for the file as a whole), and a message. */
export interface Problem {
  readonly key: string;
  readonly message: string;
}

/**
 * All problems of a configuration. The text contains keys and allowed values; never a secret, and never a value from
 * the environment.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly Problem[];

  /** `origin`: the file that has the problems, or another name of the configuration. */
  constructor(origin: string, problems: readonly Problem[]) {
    const lines = problems.map(({ key, message }) => `  - ${key === '' ? '' : `${key}: `}${message}`);
    super([`The configuration in ${origin} has ${countOf(problems.length)}:`, ...lines].join('\n'));
    this.problems = problems;
  }
}

function countOf(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}

/** Formats a path as in documentation: `sources.erp.auth.type`, `sources.training.workspaces[0]`. */
export function keyOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
