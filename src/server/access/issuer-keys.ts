import { createRemoteJWKSet, customFetch } from 'jose';
import type { FetchImplementation, JWTVerifyGetKey } from 'jose';
import { isRecord } from '../../domain/json.ts';

/** Least time between two requests for a key that the issuer's set does not contain. */
const COOLDOWN_MILLISECONDS = 30_000;
const TIMEOUT_MILLISECONDS = 5_000;
/** How long the issuer's keys are cached. A withdrawn key is accepted for at most this long. */
const KEYS_LIVE_MILLISECONDS = 600_000;

/** Upper bound on the bytes of the issuer's set: thousands of keys. */
const MOST_BYTES = 1024 * 1024;

/** Why the issuer's keys could not be read, in our own words. */
class UnreadKeys extends Error {}

/** Called with the reason of each failure to read the issuer's keys. */
export type OnUnreadKeys = (reason: string) => void;

/** The issuer's public keys, read when they are needed. After a failure they are not asked for again for `restMilliseconds`. */
export function issuerKeys(jwks: string, restMilliseconds: number, onUnread: OnUnreadKeys): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwks), {
    timeoutDuration: TIMEOUT_MILLISECONDS,
    cooldownDuration: COOLDOWN_MILLISECONDS,
    cacheMaxAge: KEYS_LIVE_MILLISECONDS,
    [customFetch]: restingFetch(restMilliseconds, onUnread),
  });
}

function restingFetch(restMilliseconds: number, onUnread: OnUnreadKeys): FetchImplementation {
  let restsUntil = 0;
  return async (url, options) => {
    if (performance.now() < restsUntil) throw new UnreadKeys('the issuer did not answer a moment ago');
    try {
      const response = await fetch(url, options);
      if (response.status !== 200) throw new UnreadKeys(`it answered ${response.status}`);
      const text = await boundedText(response);
      // The library would notice only after us.
      if (!isSetOfKeys(parsed(text))) throw new UnreadKeys('its answer is no set of keys');
      return new Response(text);
    } catch (error) {
      restsUntil = performance.now() + restMilliseconds;
      onUnread(reasonOf(error));
      throw error;
    }
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As the library wants it. */
function isSetOfKeys(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { keys } = value;
  return Array.isArray(keys) && keys.every(isRecord);
}

/** Without what an error says by itself, which may name an address. */
function reasonOf(error: unknown): string {
  if (error instanceof UnreadKeys) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${TIMEOUT_MILLISECONDS / 1_000} s`;
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = isRecord(cause) ? cause['code'] : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'the connection broke';
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > MOST_BYTES) throw new UnreadKeys(`its set of keys has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  // Without a byte order mark.
  return new TextDecoder().decode(Buffer.concat(chunks));
}
