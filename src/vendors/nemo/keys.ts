/** The place of a job. Its key is `workspace/name`. */
export interface JobPath {
  readonly workspace: string;
  readonly name: string;
}

export function jobKey(workspace: string, name: string): string {
  return `${workspace}/${name}`;
}

/** The place of a key; null: the key is invalid, or its workspace is not configured for this source. */
export function placeOf(key: string, workspaces: readonly string[]): JobPath | null {
  const slash = key.indexOf('/');
  if (slash === -1) return null;
  const place = { workspace: key.slice(0, slash), name: key.slice(slash + 1) };
  return place.name !== '' && workspaces.includes(place.workspace) ? place : null;
}

/**
 * True for names that the log store accepts. It answers all others with a permanent 500, even names that the jobs
 * service allows (`@`, `+`).
 */
export function isStorable(name: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(name);
}

/**
 * A task's key is its name. If tasks of two steps of a job share a name, the later one's key is `step/name`. Task names
 * contain no slash.
 */
export function taskPlaceOf(key: string): { readonly step: string | null; readonly task: string } {
  const slash = key.lastIndexOf('/');
  return slash === -1 ? { step: null, task: key } : { step: key.slice(0, slash), task: key.slice(slash + 1) };
}
