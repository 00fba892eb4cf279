import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Federation } from '../../federation/api.ts';
import { acceptedEncodings } from '../client/encodings.ts';
import { exampleJobIds } from './example-jobs.ts';
import { loadAssets, PAGE_POLICY } from './graphiql-page.ts';
import type { Asset, Assets } from './graphiql-page.ts';

type Encoding = 'br' | 'gzip' | 'identity';

/** Quick rather than small: somebody waits for five megabytes of script, once for each start of the service. */
const COMPRESS: Readonly<Record<Encoding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
  gzip: (body) => promisify(gzip)(body, { level: 4 }),
  identity: (body) => Promise.resolve(body),
};

/** Does a browser ask for GraphiQL's page here, or for a file of it? */
export function wantsPage(request: IncomingMessage): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return (request.headers.accept ?? '').includes('text/html') || assetName(request) !== null;
}

function assetName({ url = '' }: IncomingMessage): string | null {
  return /\?asset=([\w.-]{1,100})$/.exec(url)?.[1] ?? null;
}

/**
 * Serves GraphiQL, which loads nothing from another host. Its examples name jobs of the federation; null: where those who ask need
 * a key or a token. Its files are loaded when the page is first asked for, and each is compressed once.
 */
export function createGraphiql(federation: Federation | null) {
  let loaded: Promise<Assets> | null = null;
  let examples: Promise<readonly string[]> | null = null;
  const compressed = new Map<string, Promise<Buffer>>();

  async function sendPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    examples ??= federation === null ? Promise.resolve([]) : exampleJobIds(federation);
    const [assets, jobs] = await Promise.all([(loaded ??= loadAssets()), examples]);
    // The browser asks for these as soon as it has the page.
    const encoding = encodingFor(request);
    for (const [name, asset] of assets.files) void compressedOf(name, asset, encoding);
    const body = await COMPRESS[encoding](Buffer.from(assets.html(jobs)));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const headers = {
      etag,
      'content-security-policy': PAGE_POLICY,
      'cache-control': 'no-cache',
      vary: 'accept, accept-encoding',
    };
    if (isKnown(request, etag)) response.writeHead(304, headers).end();
    else send(response, body, { ...headers, ...typeOf('text/html; charset=utf-8', encoding) });
  }

  function compressedOf(name: string, { body }: Asset, encoding: Encoding): Promise<Buffer> {
    const key = `${encoding} ${name}`;
    const known = compressed.get(key) ?? COMPRESS[encoding](body);
    compressed.set(key, known);
    return known;
  }

  async function sendAsset(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asset = (await (loaded ??= loadAssets())).files.get(name);
    if (asset === undefined) {
      response.writeHead(404).end();
      return;
    }
    const encoding = encodingFor(request);
    send(response, await compressedOf(name, asset, encoding), {
      // The name has a hash of what is in it.
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...typeOf(asset.type, encoding),
    });
  }

  return async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = assetName(request);
    await (name === null ? sendPage(request, response) : sendAsset(name, request, response));
  };
}

function typeOf(type: string, encoding: Encoding): Record<string, string> {
  return { 'content-type': type, ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }) };
}

function send(response: ServerResponse, body: Buffer, headers: Record<string, string>): void {
  response.writeHead(200, { ...headers, 'content-length': body.byteLength }).end(body);
}

/** A proxy that compresses what it passes on makes the tag a weak one. */
function isKnown({ headers }: IncomingMessage, etag: string): boolean {
  const known = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag);
}

function encodingFor(request: IncomingMessage): Encoding {
  const accepted = acceptedEncodings(request.headers['accept-encoding']);
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') ? 'gzip' : 'identity';
}
