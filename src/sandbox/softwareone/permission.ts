/**
 * May a path be used? Not when a switch forbids it (`*` forbids all), and `audit` only when it has been
 * selected, because it is omitted otherwise.
 */
export function permission(forbidden: readonly string[], selected: ReadonlySet<string>): (path: string) => boolean {
  return (path) => {
    if (forbidden.includes('*') || forbidden.includes(path)) return false;
    return !path.startsWith('audit') || selected.has('audit');
  };
}
