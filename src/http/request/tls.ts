import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsSettings } from '../settings.ts';

/** A TLS setting that cannot be used. The message never quotes its value. */
export class TlsProblem extends Error {
  override readonly name = 'TlsProblem';
  readonly setting: keyof TlsSettings;

  constructor(setting: keyof TlsSettings, message: string) {
    super(message);
    this.setting = setting;
  }
}

/** Creates one context for all connections of a source, so that certificates are parsed once. Throws `TlsProblem`. */
export function secureContextOf({ ca, certificate, key, passphrase }: TlsSettings): SecureContext {
  if (ca !== undefined) readCertificates('ca', ca);
  if (certificate !== undefined) readCertificates('certificate', certificate);
  try {
    return tls.createSecureContext({
      ...(ca === undefined ? {} : { ca: [...trustedByDefault(), ca] }),
      cert: certificate,
      key,
      passphrase,
    });
  } catch (error) {
    throw keyProblem(error, key ?? '', passphrase !== undefined);
  }
}

/** The part of `node:tls` that lists trusted certificates. */
interface TrustStore {
  readonly rootCertificates: readonly string[];
  /** Only in newer versions of Node. Includes NODE_EXTRA_CA_CERTS. */
  readonly getCACertificates?: (kind: 'default') => readonly string[];
}

function trustedByDefault(): readonly string[] {
  const store: TrustStore = tls;
  return store.getCACertificates?.('default') ?? store.rootCertificates;
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** Checks certificates early: OpenSSL skips unreadable ones silently, and every connection would fail later. */
function readCertificates(setting: 'ca' | 'certificate', pem: string): void {
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new TlsProblem(setting, 'holds no PEM certificate');
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    throw new TlsProblem(setting, 'holds a certificate that cannot be read');
  }
}

function keyProblem(error: unknown, key: string, hasPassphrase: boolean): TlsProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') return new TlsProblem('key', 'does not belong to the certificate');
  const isEncrypted = key.includes('BEGIN ENCRYPTED PRIVATE KEY') || key.includes('Proc-Type: 4,ENCRYPTED');
  if (!isEncrypted) return new TlsProblem('key', 'holds no private key that can be read');
  return new TlsProblem('passphrase', hasPassphrase ? 'does not open the key' : 'is missing: the key is encrypted');
}
