import { isIP } from 'node:net';

/**
 * Is this a name that the service is reached under? A page can give its own name the address of this machine (DNS rebinding), and
 * then read answers as if it were ours; it can't do so with an address, or with `localhost`. Null: every name is one.
 */
export function isAllowedHost(host: string, allowed: readonly string[] | null): boolean {
  if (allowed === null) return true;
  const name = nameIn(host);
  if (name === null) return false;
  return isAddress(name) || name === 'localhost' || name.endsWith('.localhost') || allowed.includes(name);
}

/** The names for a server that listens there: null where nothing says them, and other machines may reach it. */
export function allowedHosts(
  listensOn: string,
  { named, publicOrigin }: { readonly named: readonly string[]; readonly publicOrigin: string | null },
): readonly string[] | null {
  const known = [...named, ...(publicOrigin === null ? [] : [new URL(publicOrigin).hostname])];
  if (named.length === 0 && !isLoopback(listensOn)) return null;
  return [...known, listensOn].map((name) => name.toLowerCase());
}

/** Does only this machine reach what listens there? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Without the port. */
function nameIn(host: string): string | null {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.toLowerCase().replace(/\.$/, '') : null;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
