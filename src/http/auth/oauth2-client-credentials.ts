import { z } from 'zod';
import type { AuthSettings } from '../settings.ts';
import { basicCredentials } from './basic.ts';
import type { TokenExchange } from './token-request.ts';

const tokenAnswer = z
  .object({ access_token: z.string(), expires_in: z.union([z.number(), z.string()]).nullish() })
  .transform(({ access_token: token, expires_in: life }) => ({ token, life }));

/**
 * OAuth 2 client credentials (RFC 6749 section 4.4), with client authentication by HTTP Basic. The client id and secret
 * are sent without the form encoding of section 2.3.1, because issuers document and expect that. A client without a
 * secret sends its id in the form and authenticates by its TLS certificate (RFC 8705 section 2).
 */
export function clientCredentials({
  clientId,
  clientSecret,
  scope,
}: Extract<AuthSettings, { type: 'oauth2-client-credentials' }>): TokenExchange {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  if (clientSecret === undefined) form.set('client_id', clientId);
  return {
    headers: {
      accept: 'application/json',
      ...(clientSecret === undefined ? {} : { authorization: basicCredentials(clientId, clientSecret) }),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form.toString(),
    decoder: tokenAnswer,
    scheme: 'Bearer ',
  };
}
