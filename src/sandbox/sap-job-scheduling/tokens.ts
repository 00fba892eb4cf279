import { createHash } from 'node:crypto';
import { jwtOf } from '../jwt.ts';
import type { SandboxReply, SandboxRequest } from '../types.ts';
import { refusal } from './replies.ts';
import { CREDENTIALS } from './settings.ts';
import type { SapSettings } from './settings.ts';

const BASIC = `Basic ${Buffer.from(`${CREDENTIALS.user}:${CREDENTIALS.password}`).toString('base64')}`;

/** Tokens from client credentials, or HTTP basic, depending on the plan. */
export class SapAccess {
  readonly #settings: SapSettings;
  readonly #validUntil = new Map<string, number>();
  #issued = 0;

  constructor(settings: SapSettings) {
    this.#settings = settings;
  }

  /** Invalidates all issued tokens. */
  expireTokens(): void {
    this.#validUntil.clear();
  }

  token(request: SandboxRequest): SandboxReply {
    const form = new URLSearchParams(request.body);
    if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) {
      return { status: 415, body: { error: 'invalid_request', error_description: 'Unsupported media type' } };
    }
    if (form.get('grant_type') !== 'client_credentials') {
      return { status: 400, body: { error: 'unsupported_grant_type', error_description: 'Unsupported grant type' } };
    }
    if (request.headers['authorization'] !== BASIC) {
      return { status: 401, body: { error: 'unauthorized', error_description: 'Bad credentials' } };
    }
    this.#issued += 1;
    const jti = createHash('sha256').update(`sandbox token ${this.#issued}`).digest('hex').slice(0, 32);
    const { tokenSeconds } = this.#settings;
    const now = Date.now();
    const [iat, scope] = [Math.floor(now / 1000), 'jobscheduler.read'];
    const claims = { jti, client_id: CREDENTIALS.user, grant_type: 'client_credentials', scope: [scope] };
    const token = jwtOf({ ...claims, iat, exp: iat + tokenSeconds });
    this.#validUntil.set(token, now + tokenSeconds * 1000);
    return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: tokenSeconds, scope, jti } };
  }

  /** Null if the request is authorised. */
  refuse(request: SandboxRequest): SandboxReply | null {
    const authorization = request.headers['authorization'] ?? '';
    if (this.#settings.auth === 'basic') return authorization === BASIC ? null : unauthorized();
    const [, token = ''] = /^Bearer (.+)$/i.exec(authorization) ?? [];
    return (this.#validUntil.get(token) ?? 0) > Date.now() ? null : unauthorized();
  }
}

function unauthorized(): SandboxReply {
  return refusal(401, 'Unauthorized');
}
