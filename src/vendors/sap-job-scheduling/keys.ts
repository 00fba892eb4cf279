/** Job ids are numbers in one spelling; any other key names no job. */
export function isJobKey(key: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(key);
}
