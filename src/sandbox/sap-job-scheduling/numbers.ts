/** A whole number of at least `least` in a query; undefined if it is missing, null if it is invalid. */
export function wholeNumber(query: URLSearchParams, name: string, least: number): number | null | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,12}$/.test(text) || Number(text) < least) return null;
  return Number(text);
}
