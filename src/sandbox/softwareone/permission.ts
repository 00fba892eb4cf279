/**
 * Whether a path may be used. A switch can forbid it (`*` forbids all); `audit` paths need `audit` to be selected,
 * since it is omitted by default.
 */
export function permission(forbidden: readonly string[], selected: ReadonlySet<string>): (path: string) => boolean {
  return (path) => {
    if (forbidden.includes('*') || forbidden.includes(path)) return false;
    return !path.startsWith('audit') || selected.has('audit');
  };
}
