/** Vendor calls of the peers that bring no client for HTTP of their own: undici, as the pass-through has it. */
import { Agent, request } from 'undici';
import { openVendorLines } from '../requests/vendor-lines.ts';
import { upstream } from './graph.js';

const dispatcher = new Agent({ connections: 16 });

async function call(source, { path, authorization, post }) {
  const { statusCode, body } = await request(upstream.origins[source] + path, {
    method: post === undefined ? 'GET' : 'POST',
    headers: { authorization, ...(post === undefined ? {} : { 'content-type': post.type }) },
    body: post?.body ?? null,
    dispatcher,
  });
  if (statusCode !== 200) throw new Error(`${source} answers ${statusCode} to ${path}`);
  return body.json();
}

export const vendors = await openVendorLines(upstream, call);
