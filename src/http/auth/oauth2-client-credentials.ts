import { z } from 'zod';
import type { Allowance } from '../policy/allowance.ts';
import type { Clock } from '../policy/clock.ts';
import type { Wire } from '../request/exchange.ts';
import type { AuthSettings } from '../settings.ts';
import type { Authorizer } from './authorizer.ts';
import { basicCredentials } from './basic.ts';
import { tokenCache } from './token-cache.ts';
import { headerText, lifeSeconds, requestToken } from './token-request.ts';

type Settings = Extract<AuthSettings, { type: 'oauth2-client-credentials' }>;

const tokenAnswer = z.object({
  access_token: z.string(),
  expires_in: z.union([z.number(), z.string()]).nullish(),
});

/**
 * OAuth 2 client credentials (RFC 6749 section 4.4), with client authentication by HTTP Basic. The client id and secret
 * are sent without the form encoding of section 2.3.1, because issuers document and expect that. A client without a
 * secret sends its id in the form and authenticates by its TLS certificate (RFC 8705 section 2).
 */
export function oauth2Authorizer(
  settings: Settings,
  wire: Wire,
  clock: Pick<Clock, 'now' | 'sleep'>,
  allowance: Allowance | null = null,
): Authorizer {
  const { pathname, search } = new URL(settings.tokenUrl);
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (settings.scope !== undefined) form.set('scope', settings.scope);
  const { clientId, clientSecret } = settings;
  if (clientSecret === undefined) form.set('client_id', clientId);
  const request = {
    method: 'POST',
    path: pathname + search,
    headers: {
      accept: 'application/json',
      ...(clientSecret === undefined ? {} : { authorization: basicCredentials(clientId, clientSecret) }),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form.toString(),
  } as const;
  return tokenCache(
    async () => {
      const token = await requestToken(wire, request, tokenAnswer, clock);
      return {
        authorization: `Bearer ${headerText(token.access_token, wire)}`,
        lifeSeconds: lifeSeconds(token.expires_in),
      };
    },
    wire,
    clock,
    allowance,
  );
}
