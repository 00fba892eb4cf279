/**
 * True for a UUID, the form of all job ids. If the vendor refuses any other text as malformed, there is no such job.
 */
export function isJobId(key: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(key);
}
