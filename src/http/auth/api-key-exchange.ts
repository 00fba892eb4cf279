import { z } from 'zod';
import type { AuthSettings } from '../settings.ts';
import type { TokenExchange } from './token-request.ts';

const tokenAnswer = z
  .object({ token: z.string(), expiresIn: z.union([z.number(), z.string()]).nullish() })
  .transform(({ token, expiresIn }) => ({ token, life: expiresIn }));

/** Exchanges an API key for a token, in JSON. The token is sent bare, without a scheme such as `Bearer`. */
export function apiKeyExchange({ apiKey }: Extract<AuthSettings, { type: 'api-key-exchange' }>): TokenExchange {
  return {
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey }),
    decoder: tokenAnswer,
    scheme: '',
  };
}
