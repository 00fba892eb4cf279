import type { Json } from '../../../domain/json.ts';

const PLACEHOLDER = /\{\{([^{}]+)\}\}/g;

/** True if the text has a placeholder. */
export function isTemplate(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}

/** The most code units that repeated values may add to a text, because a short template may repeat a long value often. */
const MOST_REPEATED = 1_048_576;

/**
 * Replaces `{{Name}}` by parameters, once: inserted values are not scanned again. Unknown names stay unchanged, and so
 * do repeated ones once the text would become too long. Values other than strings are written as JSON.
 */
export function renderTemplate(template: string, parameters: Json | null): string {
  const texts = new Map<string, string | undefined>();
  let room = MOST_REPEATED;
  return template.replace(PLACEHOLDER, (placeholder: string, spaced: string) => {
    const name = spaced.trim();
    const isNew = !texts.has(name);
    if (isNew) texts.set(name, writtenOf(parameterOf(parameters, name)));
    const text = texts.get(name);
    if (text === undefined || (!isNew && text.length > room)) return placeholder;
    if (!isNew) room -= text.length;
    return text;
  });
}

function writtenOf(value: Json | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/** The parameter with this name. If there is none, the name is read as a path of names. */
function parameterOf(parameters: Json | null, name: string): Json | undefined {
  const own = memberOf(parameters, name);
  if (own !== undefined || !name.includes('.')) return own;
  return name.split('.').reduce<Json | undefined>((value, part) => memberOf(value, part), parameters);
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}
