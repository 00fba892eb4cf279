/** Job ids are UUIDs. Where the vendor refuses another text as malformed, there is no such job. */
export function isJobId(key: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(key);
}
