/** Of a name that is an id, the end tells it apart from others: `…51dab`. */
export function shortName(name: string): string {
  return /[0-9a-f-]{20}$/.test(name) ? `…${name.slice(-5)}` : name;
}
