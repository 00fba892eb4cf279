import { isIP } from 'node:net';

/**
 * True if the service may be reached under this name. A hostile page can point its own name at this machine (DNS
 * rebinding) and then read answers as if it were ours; it cannot do so with an IP address or `localhost`. `allowed`
 * null: every name is allowed.
 */
export function isAllowedHost(host: string, allowed: readonly string[] | null): boolean {
  if (allowed === null) return true;
  const name = nameIn(host);
  if (name === null) return false;
  return isAddress(name) || name === 'localhost' || name.endsWith('.localhost') || allowed.includes(name);
}

/**
 * The allowed names of a server that listens on this host. Null (any) if no names are configured and other machines can
 * reach it.
 */
export function allowedHosts(
  listensOn: string,
  { named, publicOrigin }: { readonly named: readonly string[]; readonly publicOrigin: string | null },
): readonly string[] | null {
  const known = [...named, ...(publicOrigin === null ? [] : [new URL(publicOrigin).hostname])];
  if (named.length === 0 && !isLoopback(listensOn)) return null;
  return [...known, listensOn].map((name) => name.toLowerCase());
}

/** The answer to a request under another name. */
export const STRANGE_HOST = 'This service is not known under that name: see server.publicUrl and server.allowedHosts.';

/** True if only this machine can reach a server that listens on this host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** The name without the port, or null if it is not valid. */
function nameIn(host: string): string | null {
  if (host !== last.host) last = { host, name: readName(host) };
  return last.name;
}

/** The last `Host`. Most requests have the same one. */
let last: { readonly host: string; readonly name: string | null } = { host: '', name: null };

function readName(host: string): string | null {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.toLowerCase().replace(/\.$/, '') : null;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
