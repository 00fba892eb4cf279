import { createHash } from 'node:crypto';
import type { SandboxReply, SandboxRequest } from '../types.ts';
import type { ByteNiteDialect } from './dialect.ts';
import { refusal } from './refusal.ts';

const LIFETIME_SECONDS = 3600;

/** Exchanges the API key for tokens and checks them. `expireAll` invalidates all issued tokens. */
export class Tokens {
  readonly #apiKey: string;
  readonly #valid = new Set<string>();
  #issued = 0;

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  expireAll(): void {
    this.#valid.clear();
  }

  exchange(request: SandboxRequest, dialect: ByteNiteDialect): SandboxReply {
    const body = parseObject(request.body);
    if (typeof body?.['apiKey'] !== 'string') return refusal(400, 'apiKey is required', dialect);
    if (body['apiKey'] !== this.#apiKey) return refusal(401, 'invalid api key', dialect);
    const token = this.#issue();
    return { status: 200, body: { token, expiresIn: String(LIFETIME_SECONDS), scope: 'customer' } };
  }

  accepts(request: SandboxRequest, dialect: ByteNiteDialect): boolean {
    const header = request.headers['authorization'] ?? '';
    if (this.#valid.has(header)) return true;
    return !dialect.rawTokenOnly && this.#valid.has(header.replace(/^bearer /i, ''));
  }

  #issue(): string {
    this.#issued += 1;
    const payload = Buffer.from(JSON.stringify({ sub: 'customer', jti: this.#issued })).toString('base64url');
    const signature = createHash('sha256').update(`${this.#apiKey}.${payload}`).digest('base64url');
    const token = `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${payload}.${signature}`;
    this.#valid.add(token);
    return token;
  }
}

/** A JSON object; null for anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
