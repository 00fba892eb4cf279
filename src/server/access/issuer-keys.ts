import { createRemoteJWKSet, customFetch } from 'jose';
import type { FetchImplementation, JWTVerifyGetKey } from 'jose';

/** Least time between two requests for a key that the issuer's set does not contain. */
const COOLDOWN_MILLISECONDS = 30_000;
const TIMEOUT_MILLISECONDS = 5_000;
/** How long the issuer's keys are cached. A withdrawn key is accepted for at most this long. */
const KEYS_LIVE_MILLISECONDS = 600_000;

/** Upper bound on the bytes of the issuer's set: thousands of keys. */
const MOST_BYTES = 1024 * 1024;

/** The issuer's public keys, read when they are needed. After a failure they are not asked for again for `restMilliseconds`. */
export function issuerKeys(jwks: string, restMilliseconds: number): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwks), {
    timeoutDuration: TIMEOUT_MILLISECONDS,
    cooldownDuration: COOLDOWN_MILLISECONDS,
    cacheMaxAge: KEYS_LIVE_MILLISECONDS,
    [customFetch]: restingFetch(restMilliseconds),
  });
}

function restingFetch(restMilliseconds: number): FetchImplementation {
  let restsUntil = 0;
  return async (url, options) => {
    if (performance.now() < restsUntil) throw new Error('The issuer did not answer a moment ago.');
    try {
      const response = await fetch(url, options);
      if (response.status !== 200) throw new Error('The issuer does not answer with its keys.');
      const text = await boundedText(response);
      // The library would notice only after us.
      JSON.parse(text);
      return new Response(text);
    } catch (error) {
      restsUntil = performance.now() + restMilliseconds;
      throw error;
    }
  };
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > MOST_BYTES) throw new Error('The set of keys is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
