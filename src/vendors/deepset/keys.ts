/** The place of a pipeline. */
export interface PipelinePlace {
  readonly workspace: string;
  readonly name: string;
}

/** The natural key of a pipeline. */
export function keyOf({ workspace, name }: PipelinePlace): string {
  return `${workspace}/${name}`;
}

/**
 * The pipeline of a key; null: it is in none of the workspaces. A name may contain slashes; the result is still unique,
 * because no workspace name is the start of another's keys (see `areDistinct`).
 */
export function placeOf(key: string, workspaces: readonly string[]): PipelinePlace | null {
  for (const workspace of workspaces) {
    const name = key.startsWith(`${workspace}/`) ? key.slice(workspace.length + 1) : '';
    // An empty name would request the list of pipelines.
    if (name !== '') return { workspace, name };
  }
  return null;
}

/** True if a key can belong to only one of these workspaces. */
export function areDistinct(workspaces: readonly string[]): boolean {
  return workspaces.every((one, index) =>
    workspaces.every((other, otherIndex) => index === otherIndex || !`${other}/`.startsWith(`${one}/`)),
  );
}
