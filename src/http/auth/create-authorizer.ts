import type { Allowance } from '../policy/allowance.ts';
import type { Clock } from '../policy/clock.ts';
import type { Wire } from '../request/exchange.ts';
import type { AuthSettings } from '../settings.ts';
import { apiKeyExchange } from './api-key-exchange.ts';
import { constantAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';
import { basicCredentials } from './basic.ts';
import { clientCredentials } from './oauth2-client-credentials.ts';
import { tokenCache } from './token-cache.ts';
import { requestToken } from './token-request.ts';

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
