import { createHash } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';

/**
 * Gives answers to `GET` a tag of what they say, and 304 to a client that has just that. A page of a finished job, which nothing
 * changes any more, is sent once. Sources are asked all the same: only they know that nothing has changed.
 */
export function entityTags(): Plugin {
  return {
    async onResponse(answering) {
      const { request, response, fetchAPI } = answering;
      if (request.method !== 'GET' || response.status !== 200) return;
      const { headers } = response;
      // An answer that is written in pieces has no length, and is not put together for this.
      if (!/json/.test(headers.get('content-type') ?? '') || !headers.has('content-length')) return;
      if (headers.get('cache-control') === 'no-store') return;
      const text = await response.text();
      // Weak: the same answer may be compressed in several ways.
      const tag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
      headers.set('etag', tag);
      // It is to be asked for again each time, and kept by nobody else.
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
