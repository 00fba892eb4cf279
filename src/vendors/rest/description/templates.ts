import type { Json, JsonObject } from '../../../domain/json.ts';

/** Texts with `{job}` in them: paths, query parameters and bodies of requests that are about one job. */

/** What stands for what, without braces. */
export type Variables = Readonly<Record<string, string>>;

const VARIABLE = /\{([^{}]*)\}/g;

/** The names between braces. */
export function variablesIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [...value.matchAll(VARIABLE)].map(([, name = '']) => name);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((member: Json) => variablesIn(member));
}

export function filledText(text: string, variables: Variables): string {
  return text.replace(VARIABLE, (whole, name: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? '') : whole,
  );
}

/** The same in each text of a value. */
function filled(value: Json, variables: Variables): Json {
  if (typeof value === 'string') return filledText(value, variables);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member: Json) => filled(member, variables));
  return filledObject(value as JsonObject, variables);
}

export function filledObject(value: JsonObject, variables: Variables): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, variables)]));
}

/** The segments of a path, filled one by one: what stands for a variable never becomes more segments. */
export function filledPath(path: string, variables: Variables): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => filledText(segment, variables));
}
