/** Readable reasons for OpenSSL's and Node's codes of certificates that cannot be trusted. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself; name it in `tls.ca`',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted; name it in `tls.ca`',
  UNABLE_TO_GET_ISSUER_CERT: 'is signed by an authority that is not known; name it in `tls.ca`',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that is not known; name it in `tls.ca`',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that is not known; name it in `tls.ca`',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host',
  CERT_UNTRUSTED: 'is not trusted',
  CERT_REJECTED: 'is not trusted',
  CERT_REVOKED: 'was revoked',
};

/** Why a TLS connection failed, or null if the failure has another cause. Never quotes what the server sent. */
export function tlsWords(error: unknown, code: string): string | null {
  const problem = Object.hasOwn(CERTIFICATE_PROBLEMS, code) ? CERTIFICATE_PROBLEMS[code] : undefined;
  if (problem !== undefined) return `the certificate of the server ${problem} (${code})`;
  const message = error instanceof Error ? error.message : '';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /:wrong version number:/i.test(message)) {
    return 'the server does not speak TLS on this port; is it http?';
  }
  if (
    /alert (?:certificate required|bad certificate|unknown ca|certificate unknown|handshake failure)/i.test(message)
  ) {
    return 'the server does not accept our certificate, or wants one; see `tls.certificate`';
  }
  return null;
}
