/**
 * Turns a row's id into a text whose order is that of the ids: numbers compare as numbers, although positions compare
 * texts. Different ids stay different.
 */
export function orderedId(id: string): string {
  if (isNumber(id)) return `${String(id.length).padStart(2, '0')}:${id}`;
  return /^(?:~|\d\d:)/.test(id) ? `~${id}` : id;
}

/** Longer numbers are left as they are: their length has two digits here. */
function isNumber(id: string): boolean {
  return /^\d{1,99}$/.test(id);
}
