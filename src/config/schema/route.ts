import { z } from 'zod';
import { secret } from '../secret.ts';

/** `proxy` of a source: a URL, or no proxy whatever the environment says. */
export const proxySchema = z
  .string()
  .refine((text) => text === 'none' || isProxyUrl(text), {
    error: 'expected a URL such as http://proxy.example.com:3128, or "none"',
  })
  .describe(
    'Proxy that the source and its token endpoint are reached through, or "none". Default: what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say.',
  );

/** May a proxy be reached there? */
export function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && pathname === '/' && search === '' && hash === '';
}

export const tlsSchema = z
  .strictObject({
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('Certificate authorities to trust beside the usual ones. A file in PEM, or PEM itself.'),
    certificate: z
      .string()
      .min(1)
      .optional()
      .describe('Our own certificate, with the intermediate ones behind it. A file in PEM, or PEM itself.'),
    key: z.string().min(1).optional().describe('Private key of `certificate`. A file in PEM, or PEM itself.'),
    passphrase: secret('Opens an encrypted `key`.').optional(),
  })
  .superRefine(({ certificate, key, passphrase }, context) => {
    if ((certificate === undefined) !== (key === undefined)) {
      const missing = key === undefined ? 'key' : 'certificate';
      const other = key === undefined ? 'certificate' : 'key';
      context.addIssue({ code: 'custom', path: [missing], message: `is missing: \`${other}\` needs it` });
    }
    if (passphrase !== undefined && key === undefined) {
      context.addIssue({ code: 'custom', path: ['passphrase'], message: 'opens nothing: there is no `key`' });
    }
  })
  .describe('Who is trusted, and who we are, on connections to the source and its token endpoint.');

export type TlsInput = z.output<typeof tlsSchema>;
