/** A job's place: its key is `workspace/name`. */
export interface JobPlace {
  readonly workspace: string;
  readonly name: string;
}

export function jobKey(workspace: string, name: string): string {
  return `${workspace}/${name}`;
}

/** The place behind a key; null when it is none, or in a workspace that this source does not read. */
export function placeOf(key: string, workspaces: readonly string[]): JobPlace | null {
  const slash = key.indexOf('/');
  if (slash === -1) return null;
  const place = { workspace: key.slice(0, slash), name: key.slice(slash + 1) };
  return place.name !== '' && workspaces.includes(place.workspace) ? place : null;
}

/**
 * Names that the store of the logs takes. It answers any other with a permanent 500, also names that the
 * jobs service itself allows (`@`, `+`).
 */
export function isStorable(name: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(name);
}

/**
 * A task's key is its name; only where two steps of one job have tasks of one name, the later one's is
 * `step/name`. (Task names have no slash.)
 */
export function taskPlaceOf(key: string): { readonly step: string | null; readonly task: string } {
  const slash = key.lastIndexOf('/');
  return slash === -1 ? { step: null, task: key } : { step: key.slice(0, slash), task: key.slice(slash + 1) };
}
