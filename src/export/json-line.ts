export function jsonLine(value: object): string {
  return `${jsonText(value)}\n`;
}

/** JSON in which no character acts on a terminal, hides, or ends a line for some reader. It means the same. */
export function jsonText(value: object): string {
  return JSON.stringify(value).replace(ACTING, escapeUnit);
}

const ACTING = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
