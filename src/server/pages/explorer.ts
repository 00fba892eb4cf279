import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { z } from 'zod';
import { acceptedEncodings } from '../client/encodings.ts';
import type { Handler } from '../serve-request.ts';

/** The folder that `npm run build` writes the page to. The two paths are for running from sources and from `dist`. */
const BUILT = import.meta.url.includes('/dist/src/server/') ? '../../../explorer/' : '../../../dist/explorer/';

/** Content types by extension. Other files are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Extensions of files to compress. Fonts are already compressed. */
const COMPRESSIBLE: ReadonlySet<string> = new Set(['.html', '.js', '.css', '.svg']);

/** The page loads everything from this service: no inline script or style, no other host, no framing. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  vary: 'accept-encoding',
};

interface Representation {
  readonly body: Buffer;
  readonly encoding: 'br' | 'gzip' | null;
}

/** The texts of the page's operations, for services that answer only known operations. Not served. */
const OPERATIONS = 'operations.json';

const operationTexts = z.array(z.string());

interface Explorer {
  readonly routes: Readonly<Record<string, Handler>>;
  readonly operations: readonly string[];
}

/**
 * The log explorer: one route per built file, and `/` for the page itself. Files are read and compressed once, when the
 * service starts. Null: the page has not been built.
 */
export async function explorerRoutes(
  folder: string = fileURLToPath(new URL(BUILT, import.meta.url)),
): Promise<Explorer | null> {
  const names: readonly string[] = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.map((name) => name.split(sep).join('/')).filter((name) => extname(name) in TYPES);
  if (!files.includes('index.html')) return null;
  const routes = await Promise.all(
    files.map(async (name) => {
      const path = name === 'index.html' ? '/' : `/${name}`;
      return [path, fileHandler(name, await readFile(join(folder, name)))] as const;
    }),
  );
  const operations = names.includes(OPERATIONS)
    ? operationTexts.parse(JSON.parse(await readFile(join(folder, OPERATIONS), 'utf8')))
    : [];
  return { routes: Object.fromEntries(routes), operations };
}

function fileHandler(name: string, body: Buffer): Handler {
  const extension = extname(name);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const isHashed = name.startsWith('assets/');
  const headers = {
    ...HEADERS,
    etag,
    'content-type': TYPES[extension] ?? 'application/octet-stream',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  const representations = COMPRESSIBLE.has(extension) ? compress(body) : Promise.resolve([{ body, encoding: null }]);

  async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const accepted = acceptedEncodings(request.headers['accept-encoding']);
    const all: readonly Representation[] = await representations;
    const chosen = all.find(({ encoding }) => encoding === null || accepted.has(encoding));
    const sent = chosen ?? { body, encoding: null };
    response.writeHead(200, {
      ...headers,
      'content-length': sent.body.byteLength,
      ...(sent.encoding === null ? {} : { 'content-encoding': sent.encoding }),
    });
    response.end(request.method === 'HEAD' ? undefined : sent.body);
  }

  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return undefined;
    }
    // A proxy that compresses answers turns the tag into a weak one (`W/` in front).
    if ((request.headers['if-none-match'] ?? '').includes(etag)) {
      response.writeHead(304, headers).end();
      return undefined;
    }
    return send(request, response);
  };
}

/** In order of preference; the uncompressed file comes last. */
async function compress(body: Buffer): Promise<readonly Representation[]> {
  const [brotli, zipped] = await Promise.all([promisify(brotliCompress)(body), promisify(gzip)(body)]);
  return [
    { body: brotli, encoding: 'br' },
    { body: zipped, encoding: 'gzip' },
    { body, encoding: null },
  ];
}
