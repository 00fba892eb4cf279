import { createHash } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';

/**
 * Adds an `ETag` to answers to `GET`, and answers 304 to a client that already has that content. So a page of a
 * finished job is sent to a client once. Sources are called all the same: only they know that nothing has changed.
 */
export function entityTags(): Plugin {
  return {
    async onResponse(answering) {
      const { request, response, fetchAPI } = answering;
      if (request.method !== 'GET' || response.status !== 200) return;
      const { headers } = response;
      // An answer that is written in pieces has no length. It is not collected just for a tag.
      if (!/json/.test(headers.get('content-type') ?? '') || !headers.has('content-length')) return;
      if (headers.get('cache-control') === 'no-store') return;
      const text = await response.text();
      // Weak: the same answer may be compressed in several ways.
      const tag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
      headers.set('etag', tag);
      // Clients must revalidate each time, and shared caches must not store it.
      headers.set('cache-control', 'private, no-cache');
      headers.append('vary', 'authorization');
      const isKnown = (request.headers.get('if-none-match') ?? '').split(',').some((one) => one.trim() === tag);
      if (!isKnown) {
        answering.setResponse(new fetchAPI.Response(text, { status: 200, headers }));
        return;
      }
      headers.delete('content-length');
      headers.delete('content-type');
      answering.setResponse(new fetchAPI.Response(null, { status: 304, headers }));
    },
  };
}
