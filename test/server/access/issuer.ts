import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { afterEach } from 'vitest';
import type { AccessSettings, Roles } from '../../../src/config/access.ts';

const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'tributary';

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

export interface Claims {
  readonly [name: string]: unknown;
  readonly iss?: string;
  readonly aud?: string;
  readonly sub?: string | undefined;
  /** Seconds since 1970; null: none. Default: in an hour. */
  readonly exp?: number | null;
}

export interface Issuer {
  readonly settings: AccessSettings;
  /** Signed with a key that it publishes, or with another of the same name; null: the token does not name it. */
  token(claims?: Claims, by?: 'issuer' | 'forger', kid?: string | null): Promise<string>;
  /** How often its keys were asked for. */
  asked(): number;
  stop(): Promise<void>;
}

/** Publishes its keys on the loopback. */
export async function startIssuer(roles: Roles = null, algorithm = 'ES256'): Promise<Issuer> {
  const own = await generateKeyPair(algorithm);
  const forged = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'first', alg: algorithm };
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  running.push(stop);
  return {
    settings: {
      type: 'jwt',
      issuer: ISSUER,
      audience: AUDIENCE,
      jwks: `http://127.0.0.1:${port}/keys`,
      algorithms: [algorithm],
      rolesClaim: 'realm.roles',
      clockToleranceMilliseconds: 0,
      roles,
    },
    asked: () => asked,
    stop,
    token({ exp, ...claims } = {}, by = 'issuer', kid = 'first') {
      const payload: JWTPayload = { iss: ISSUER, aud: AUDIENCE };
      // `undefined` takes a claim out.
      Object.assign(payload, { sub: 'ada', ...claims });
      const jwt = new SignJWT(payload).setProtectedHeader({ alg: algorithm, ...(kid === null ? {} : { kid }) });
      const ending = exp === null ? jwt : jwt.setExpirationTime(exp ?? Math.floor(Date.now() / 1_000) + 3_600);
      return ending.sign((by === 'issuer' ? own : forged).privateKey);
    },
  };
}
