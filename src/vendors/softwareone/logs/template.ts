import type { Json } from '../../../domain/json.ts';

const PLACEHOLDER = /\{\{([^{}]+)\}\}/g;

/** Does the text have a placeholder? */
export function isTemplate(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}

/**
 * Fills `{{Name}}` from the parameters, once: what is put in is not read again. A name that the
 * parameters do not have stays as it is. Values other than texts are written as JSON.
 */
export function renderTemplate(template: string, parameters: Json | null): string {
  return template.replace(PLACEHOLDER, (placeholder: string, name: string) => {
    const value = parameterOf(parameters, name.trim());
    if (value === undefined) return placeholder;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/** The parameter of a name, or of a path of names where there is none of the whole name. */
function parameterOf(parameters: Json | null, name: string): Json | undefined {
  const own = memberOf(parameters, name);
  if (own !== undefined || !name.includes('.')) return own;
  return name.split('.').reduce<Json | undefined>((value, part) => memberOf(value, part), parameters);
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}
