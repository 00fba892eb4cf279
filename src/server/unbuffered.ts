import type { Plugin } from 'graphql-yoga';

/**
 * Asks proxies to pass streams on as they come. nginx collects answers unless it is told otherwise, and some
 * compress what they can, which holds events back until a block is full.
 */
export function unbufferedStreams(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      if (!/^(?:text\/event-stream|multipart\/mixed)\b/.test(headers.get('content-type') ?? '')) return;
      headers.set('x-accel-buffering', 'no');
      headers.set('cache-control', 'no-cache, no-transform');
      // The library writes `none`, which is no encoding.
      headers.delete('content-encoding');
    },
  };
}
