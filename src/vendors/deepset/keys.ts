/** Where a pipeline is. */
export interface PipelinePlace {
  readonly workspace: string;
  readonly name: string;
}

/** The natural key of a pipeline. */
export function keyOf({ workspace, name }: PipelinePlace): string {
  return `${workspace}/${name}`;
}

/**
 * The pipeline of a key, or null when it is in none of the workspaces. A name may hold anything, slashes
 * too; that no workspace begins like another one's key (see `areDistinct`) makes this exact.
 */
export function placeOf(key: string, workspaces: readonly string[]): PipelinePlace | null {
  for (const workspace of workspaces) {
    const name = key.startsWith(`${workspace}/`) ? key.slice(workspace.length + 1) : '';
    // An empty name would ask for the list of pipelines.
    if (name !== '') return { workspace, name };
  }
  return null;
}

/** Can a key belong to one of these workspaces only? */
export function areDistinct(workspaces: readonly string[]): boolean {
  return workspaces.every((one, index) =>
    workspaces.every((other, otherIndex) => index === otherIndex || !`${other}/`.startsWith(`${one}/`)),
  );
}
