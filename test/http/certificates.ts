import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Keys and certificates for tests only, made once with OpenSSL, valid until 2120. `ca` signed `server` (for
 * vendor.test, proxy.test, localhost and 127.0.0.1) and `client`.
 */
export const certificates = {
  ca: pem('ca.pem'),
  server: { certificate: pem('server.pem'), key: pem('server.key') },
  client: { certificate: pem('client.pem'), key: pem('client.key') },
  /** The client's key, encrypted. */
  encrypted: { key: pem('client-encrypted.key'), passphrase: 'sesame' },
} as const;

/** Where a file with one of them is. */
export function certificateFile(name: string): string {
  return fileURLToPath(new URL(`certificates/${name}`, import.meta.url));
}

function pem(name: string): string {
  return readFileSync(certificateFile(name), 'utf8');
}
