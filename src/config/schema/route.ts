import { z } from 'zod';
import { rememberPassword, secret } from '../secret.ts';

/** The problem with a user or a password that cannot be decoded. */
export const UNREADABLE_USER = 'has a `%` in its user or password that is no escape; write it as `%25`';

/** `proxy` of a source: a URL, or `none`, which overrides the environment. */
export const proxySchema = z
  .string()
  .refine((text) => text === 'none' || isProxyUrl(text), {
    error: 'expected a URL such as http://proxy.example.com:3128, or "none"',
    abort: true,
  })
  .refine((text) => text === 'none' || hasReadableUser(text), { error: UNREADABLE_USER })
  .overwrite(rememberPassword)
  .describe(
    'Proxy for the source and its token endpoint, or "none". Default: as set by HTTP_PROXY, HTTPS_PROXY and NO_PROXY.',
  );

/** True if the text can be the URL of a proxy. */
export function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && pathname === '/' && search === '' && hash === '';
}

/** True if the user and the password of a URL can be decoded. A `%` that begins no escape cannot. */
export function hasReadableUser(url: string): boolean {
  const { username, password } = new URL(url);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

export const tlsSchema = z
  .strictObject({
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('Certificate authorities to trust in addition to the usual ones. A PEM file, or the PEM text itself.'),
    certificate: z
      .string()
      .min(1)
      .optional()
      .describe('Client certificate, followed by its intermediate certificates. A PEM file, or the PEM text itself.'),
    key: z.string().min(1).optional().describe('Private key of `certificate`. A PEM file, or the PEM text itself.'),
    passphrase: secret('Passphrase of an encrypted `key`.').optional(),
  })
  .superRefine(({ certificate, key, passphrase }, context) => {
    if ((certificate === undefined) !== (key === undefined)) {
      const missing = key === undefined ? 'key' : 'certificate';
      const other = key === undefined ? 'certificate' : 'key';
      context.addIssue({ code: 'custom', path: [missing], message: `is missing: \`${other}\` needs it` });
    }
    if (passphrase !== undefined && key === undefined) {
      context.addIssue({ code: 'custom', path: ['passphrase'], message: 'has no effect without `key`' });
    }
  })
  .describe('TLS on connections to the source and its token endpoint: trusted authorities and our client certificate.');

export type TlsInput = z.output<typeof tlsSchema>;
