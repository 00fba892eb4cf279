import type { Allowance } from '../policy/allowance.ts';
import type { Clock } from '../policy/clock.ts';
import type { Wire } from '../request/exchange.ts';
import type { AuthSettings } from '../settings.ts';
import { apiKeyAuthorizer } from './api-key-exchange.ts';
import type { Authorizer } from './authorizer.ts';
import { basicAuthorizer } from './basic.ts';
import { bearerAuthorizer } from './bearer.ts';
import { headerAuthorizer } from './header.ts';
import { noAuthorizer } from './none.ts';
import { oauth2Authorizer } from './oauth2-client-credentials.ts';

/**
 * Creates the authorizer for the configured type. `wireTo` connects to the token endpoint of types that have one, and
 * `allowance` limits calls to that endpoint.
 */
export function createAuthorizer(
  auth: AuthSettings,
  wireTo: (tokenUrl: string) => Wire,
  clock: Pick<Clock, 'now' | 'sleep'>,
  allowance: Allowance | null,
): Authorizer {
  switch (auth.type) {
    case 'none':
      return noAuthorizer();
    case 'bearer':
      return bearerAuthorizer(auth);
    case 'basic':
      return basicAuthorizer(auth);
    case 'header':
      return headerAuthorizer(auth);
    case 'oauth2-client-credentials':
      return oauth2Authorizer(auth, wireTo(auth.tokenUrl), clock, allowance);
    case 'api-key-exchange':
      return apiKeyAuthorizer(auth, wireTo(auth.tokenUrl), clock, allowance);
  }
}
