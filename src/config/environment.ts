import { keyOf } from './problems.ts';
import type { Problem } from './problems.ts';
import { rememberSecret, withoutLineBreaks } from './secret.ts';
import { UnreadableFile } from './text-file.ts';
import type { ReadText } from './text-file.ts';

/** The variables that a configuration may read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` is a literal `${`; `${NAME}` is a variable and `${file:PATH}` a file; any other `${` is an error. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{file:([^{}]+)\}|\$\{/g;

/** Variables that hold a secret, by their name. */
const SECRET_NAME = /token|secret|password|passphrase|credential|key$/i;

/**
 * Replaces `${NAME}` and `${file:PATH}` in every text value of a configuration; keys stay as they are. Trailing line
 * breaks of a variable or a file are removed.
 */
export function substituteReferences(value: unknown, environment: Environment, readText: ReadText) {
  /** Keys whose text came, fully or partly, from a variable or a file: such a text is never shown. */
  const fromOutside = new Set<string>();
  const problems: Problem[] = [];

  function variable(name: string, key: string): string {
    const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (found === undefined) problems.push({ key, message: `the environment variable ${name} is not set` });
    return found ?? '';
  }

  function file(path: string, key: string): string {
    try {
      return readText(path);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      problems.push({ key, message: `the file ${path} ${error.message}` });
      return '';
    }
  }

  function text(template: string, key: string): string {
    return template.replace(REFERENCE, (reference, name: string | undefined, path: string | undefined) => {
      if (reference === '$${') return '${';
      if (name === undefined && path === undefined) {
        const message = '`${` needs a variable name or `file:` and a path, and `}`; write `$${` for a literal `${`';
        problems.push({ key, message });
        return reference;
      }
      fromOutside.add(key);
      const found = withoutLineBreaks(path === undefined ? variable(name ?? '', key) : file(path, key));
      // Only the schema of a plugin knows which of its keys are secrets.
      if (path !== undefined || SECRET_NAME.test(name ?? '')) rememberSecret(found);
      return found;
    });
  }

  function walk(part: unknown, path: readonly PropertyKey[]): unknown {
    if (typeof part === 'string') return text(part, keyOf(path));
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, index]));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, walk(item, [...path, key])]));
  }

  return { value: walk(value, []), fromOutside, problems };
}
