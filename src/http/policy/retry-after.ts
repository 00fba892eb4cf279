/**
 * Seconds that a `Retry-After` header asks for: a number of seconds, or an HTTP date seen from `now`
 * (milliseconds since 1970). Undefined when there is none or it says neither.
 */
export function retryAfterSeconds(header: string | readonly string[] | undefined, now: number): number | undefined {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text);
  // HTTP dates begin with the day of the week. `Date.parse` alone would read "-5" as a year.
  if (!/^[A-Za-z]{3,9}, ?/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - now) / 1_000));
}
