import { z } from 'zod';
import type { Allowance } from '../policy/allowance.ts';
import type { Clock } from '../policy/clock.ts';
import type { Wire } from '../request/exchange.ts';
import type { AuthSettings } from '../settings.ts';
import type { Authorizer } from './authorizer.ts';
import { tokenCache } from './token-cache.ts';
import { headerText, lifeSeconds, requestToken } from './token-request.ts';

type Settings = Extract<AuthSettings, { type: 'api-key-exchange' }>;

const tokenAnswer = z.object({
  token: z.string(),
  expiresIn: z.union([z.number(), z.string()]).nullish(),
});

/** Exchanges an API key for a token, in JSON. The token is sent bare, without a scheme such as `Bearer`. */
export function apiKeyAuthorizer(
  settings: Settings,
  wire: Wire,
  clock: Pick<Clock, 'now' | 'sleep'>,
  allowance: Allowance | null = null,
): Authorizer {
  const { pathname, search } = new URL(settings.tokenUrl);
  const request = {
    method: 'POST',
    path: pathname + search,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey: settings.apiKey }),
  } as const;
  return tokenCache(
    async () => {
      const token = await requestToken(wire, request, tokenAnswer, clock);
      return { authorization: headerText(token.token, wire), lifeSeconds: lifeSeconds(token.expiresIn) };
    },
    wire,
    clock,
    allowance,
  );
}
