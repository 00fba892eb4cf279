import type { Json, JsonObject } from '../../../domain/json.ts';

/** Templates with `{job}`: paths, query parameters and bodies of requests about one job. */

/** Values by the name of a variable, without braces. */
export type Variables = Readonly<Record<string, string>>;

const VARIABLE = /\{([^{}]*)\}/g;

/** The names of variables in a template. */
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

/** Fills the variables in all strings of a value. */
function filled(value: Json, variables: Variables): Json {
  if (typeof value === 'string') return filledText(value, variables);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member: Json) => filled(member, variables));
  return filledObject(value as JsonObject, variables);
}

export function filledObject(value: JsonObject, variables: Variables): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, variables)]));
}

/** The segments of a path, filled one by one, so that a value never becomes more than one segment. */
export function filledPath(path: string, variables: Variables): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => filledText(segment, variables));
}
