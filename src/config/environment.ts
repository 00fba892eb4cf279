import { keyOf } from './problems.ts';
import type { Problem } from './problems.ts';

/** The variables that a configuration may read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` is a literal `${`; `${NAME}` is a variable; any other `${` is a mistake. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g;

export interface Substituted {
  readonly value: unknown;
  /** Keys whose text came, in part or whole, from the environment: it is never shown. */
  readonly fromEnvironment: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** Replaces `${NAME}` in every text of a configuration, wherever it stands; keys are left as they are. */
export function substituteEnvironment(value: unknown, environment: Environment): Substituted {
  const fromEnvironment = new Set<string>();
  const problems: Problem[] = [];

  function text(template: string, key: string): string {
    return template.replace(REFERENCE, (reference, name: string | undefined) => {
      if (reference === '$${') return '${';
      if (name === undefined) {
        problems.push({ key, message: '`${` needs a variable name and `}`; write `$${` for a literal `${`' });
        return reference;
      }
      fromEnvironment.add(key);
      const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (found === undefined) problems.push({ key, message: `the environment variable ${name} is not set` });
      return found ?? '';
    });
  }

  function walk(part: unknown, path: readonly PropertyKey[]): unknown {
    if (typeof part === 'string') return text(part, keyOf(path));
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, index]));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, walk(item, [...path, key])]));
  }

  return { value: walk(value, []), fromEnvironment, problems };
}
