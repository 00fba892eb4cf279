import { z } from 'zod';
import type { Allowance } from '../policy/allowance.ts';
import type { Clock } from '../policy/clock.ts';
import type { Wire } from '../request/exchange.ts';
import type { AuthSettings } from '../settings.ts';
import { constantAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';
import { basicCredentials } from './basic.ts';
import { tokenCache } from './token-cache.ts';
import { requestToken } from './token-request.ts';
import type { TokenExchange } from './token-request.ts';

/**
 * Creates the authorizer for the configured type. `wireTo` connects to the token endpoint of types that have one, and
 * `allowance` limits calls to that endpoint. Configured tokens are trimmed: they often come from files and environment
 * variables and end in a line break.
 */
export function createAuthorizer(
  auth: AuthSettings,
  wireTo: (tokenUrl: string) => Wire,
  clock: Pick<Clock, 'now' | 'sleep'>,
  allowance: Allowance | null,
): Authorizer {
  switch (auth.type) {
    case 'none':
      return constantAuthorizer(null);
    case 'bearer':
      return constantAuthorizer(`Bearer ${auth.token.trim()}`);
    case 'basic':
      return constantAuthorizer(basicCredentials(auth.username, auth.password));
    case 'header':
      return constantAuthorizer(auth.value.trim(), auth.name.toLowerCase());
    case 'oauth2-client-credentials':
    case 'api-key-exchange': {
      const exchange = auth.type === 'api-key-exchange' ? apiKeyExchange(auth) : clientCredentials(auth);
      const wire = wireTo(auth.tokenUrl);
      return tokenCache(() => requestToken(wire, auth.tokenUrl, exchange, clock), wire, clock, allowance);
    }
  }
}

const apiKeyAnswer = z
  .object({ token: z.string(), expiresIn: z.union([z.number(), z.string()]).nullish() })
  .transform(({ token, expiresIn }) => ({ token, life: expiresIn }));

/** Exchanges an API key for a token, in JSON. The token is sent bare, without a scheme such as `Bearer`. */
function apiKeyExchange({ apiKey }: Extract<AuthSettings, { type: 'api-key-exchange' }>): TokenExchange {
  return {
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey }),
    decoder: apiKeyAnswer,
    scheme: '',
  };
}

const oauthAnswer = z
  .object({ access_token: z.string(), expires_in: z.union([z.number(), z.string()]).nullish() })
  .transform(({ access_token: token, expires_in: life }) => ({ token, life }));

/**
 * OAuth 2 client credentials (RFC 6749 section 4.4), with client authentication by HTTP Basic. The client id and secret
 * are sent without the form encoding of section 2.3.1, because issuers document and expect that. A client without a
 * secret sends its id in the form and authenticates by its TLS certificate (RFC 8705 section 2).
 */
function clientCredentials({
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
    decoder: oauthAnswer,
    scheme: 'Bearer ',
  };
}
