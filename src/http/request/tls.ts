import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsSettings } from '../settings.ts';

/** One of the settings cannot be used. The message never holds what it says. */
export class TlsProblem extends Error {
  override readonly name = 'TlsProblem';
  readonly setting: keyof TlsSettings;

  constructor(setting: keyof TlsSettings, message: string) {
    super(message);
    this.setting = setting;
  }
}

/** One context for all connections of a source: certificates are parsed once. Throws `TlsProblem`. */
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

/** What node trusts. */
interface TrustStore {
  readonly rootCertificates: readonly string[];
  /** Newer runtimes have it. It counts NODE_EXTRA_CA_CERTS in. */
  readonly getCACertificates?: (kind: 'default') => readonly string[];
}

function trustedByDefault(): readonly string[] {
  const store: TrustStore = tls;
  return store.getCACertificates?.('default') ?? store.rootCertificates;
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** OpenSSL skips over what it cannot read, and every connection would fail later. */
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
