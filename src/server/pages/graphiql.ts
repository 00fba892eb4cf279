import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Federation } from '../../federation/api.ts';
import { policyOfPage } from '../client/security-headers.ts';
import { exampleJobIds } from './example-jobs.ts';
import { exampleTabs } from './example-tabs.ts';

/** One form of the page. Nine megabytes: it is made and compressed once. */
interface Page {
  readonly body: Buffer;
  readonly etag: string;
  readonly policy: string;
}

type Encoding = 'br' | 'gzip' | 'identity';

const COMPRESS: Readonly<Record<Encoding, (html: Buffer) => Promise<Buffer>>> = {
  br: (html) => promisify(brotliCompress)(html, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (html) => promisify(gzip)(html),
  identity: (html) => Promise.resolve(html),
};

/** Does a browser ask for a page here? */
export function wantsPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

/**
 * Serves GraphiQL as one page that loads nothing else, neither from here nor from another host. Its examples name jobs of the
 * federation; null: where those who ask need a key or a token.
 */
export function createGraphiql(federation: Federation | null) {
  let rendered: Promise<{ readonly html: Buffer; readonly policy: string }> | null = null;
  const pages = new Map<Encoding, Promise<Page>>();

  async function page(encoding: Encoding): Promise<Page> {
    rendered ??= render(federation);
    const { html, policy } = await rendered;
    const body = await COMPRESS[encoding](html);
    return { body, policy, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
  }

  return async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const encoding = encodingFor(request);
    const made = pages.get(encoding) ?? page(encoding);
    pages.set(encoding, made);
    const { body, etag, policy } = await made;
    const headers = {
      etag,
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      vary: 'accept, accept-encoding',
    };
    if (isKnown(request, etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.byteLength,
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    });
    response.end(body);
  };
}

/**
 * A tab that gets the focus is moved to where GraphiQL's stale layout has it, away from under the pointer, so
 * that the click is lost. Tabs stay where they are.
 */
const STYLE = '<style>.graphiql-tab { transform: none !important }</style>';

async function render(federation: Federation | null): Promise<{ readonly html: Buffer; readonly policy: string }> {
  // Nine megabytes that only those pay for who look at the page.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const tabs = exampleTabs(federation === null ? [] : await exampleJobIds(federation));
  const page = renderGraphiQL({
    title: 'Tributary',
    endpoint: '/graphql',
    // The headers that a person gives it go with requests only, and not with a WebSocket.
    subscriptionsProtocol: federation === null ? 'SSE' : 'WS',
    defaultTabs: tabs.map(({ query, variables }) => ({ query, variables: variables ?? null })),
    defaultEditorToolsVisibility: true,
  });
  const html = page.replace('</head>', () => `${STYLE}</head>`);
  return { html: Buffer.from(html), policy: policyOfPage(html) };
}

/** A proxy that compresses what it passes on makes the tag a weak one. */
function isKnown({ headers }: IncomingMessage, etag: string): boolean {
  const known = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag);
}

function encodingFor({ headers }: IncomingMessage): Encoding {
  const accepted = (headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.replaceAll(/\s/g, ''))
    .filter((each) => !/;q=0(?:\.0*)?$/.test(each))
    .map((each) => each.split(';', 1)[0]);
  if (accepted.includes('br')) return 'br';
  return accepted.includes('gzip') ? 'gzip' : 'identity';
}
