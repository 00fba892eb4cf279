import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { createContext } from '../../context.ts';
import type { Federation } from '../../federation/api.ts';
import { encodeNodeId } from '../../federation/node-id.ts';
import { acceptedEncodings } from '../client/encodings.ts';
import { loadAssets, PAGE_POLICY } from './graphiql-page.ts';
import type { Asset, Assets } from './graphiql-page.ts';

type Encoding = 'br' | 'gzip' | 'identity';

/**
 * Tuned for speed rather than size: after each start of the service, the first visitor waits for five megabytes of
 * script.
 */
const COMPRESS: Readonly<Record<Encoding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
  gzip: (body) => promisify(gzip)(body, { level: 4 }),
  identity: (body) => Promise.resolve(body),
};

/** True if a browser requests GraphiQL's page or one of its files. */
export function wantsPage(request: IncomingMessage): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return (request.headers.accept ?? '').includes('text/html') || assetName(request) !== null;
}

function assetName({ url = '' }: IncomingMessage): string | null {
  return /\?asset=([\w.-]{1,100})$/.exec(url)?.[1] ?? null;
}

/**
 * Serves GraphiQL without loading anything from another host. Its examples name jobs of the federation. Pass null if
 * callers need a key or a token: then no jobs are named. Files are loaded when the page is first requested, and each is
 * compressed once per encoding.
 */
export function createGraphiql(federation: Federation | null) {
  let loaded: Promise<Assets> | null = null;
  let examples: Promise<readonly string[]> | null = null;
  const compressed = new Map<string, Promise<Buffer>>();

  async function sendPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    examples ??= federation === null ? Promise.resolve([]) : exampleJobIds(federation);
    const [assets, jobs] = await Promise.all([(loaded ??= loadAssets()), examples]);
    // Start compressing now: the browser requests these files as soon as it has the page.
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
      // The name contains a hash of the content.
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

/** A proxy that compresses answers turns the tag into a weak one (`W/` in front). */
function isKnown({ headers }: IncomingMessage, etag: string): boolean {
  const known = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag);
}

function encodingFor(request: IncomingMessage): Encoding {
  const accepted = acceptedEncodings(request.headers['accept-encoding']);
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') ? 'gzip' : 'identity';
}

/** How long the page waits for example jobs. Slow sources contribute none. */
const PATIENCE_MILLISECONDS = 700;

/** Ids of a few jobs for the examples, running jobs first. Empty if no source answers in time. */
async function exampleJobIds(federation: Federation): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const found = await Promise.all(
    federation.sources.map(async ({ name }) => {
      const { call } = createContext(federation, { signal, authorization: null });
      const jobs = await federation
        .jobs({ first: 20, sources: [name] }, call)
        .nodes()
        .catch(() => []);
      return [...jobs.filter(({ status }) => status === 'RUNNING'), ...jobs].slice(0, 1);
    }),
  );
  return found
    .flat()
    .sort((a, b) => Number(b.status === 'RUNNING') - Number(a.status === 'RUNNING'))
    .map(({ source, key }) => encodeNodeId('Job', source, key));
}
