import type { Plugin } from 'graphql-yoga';

/**
 * Asks proxies to pass streams on without buffering. By default nginx buffers answers, and some proxies compress them,
 * which holds events back until a block is full.
 */
export function unbufferedStreams(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      if (!/^(?:text\/event-stream|multipart\/mixed)\b/.test(headers.get('content-type') ?? '')) return;
      headers.set('x-accel-buffering', 'no');
      headers.set('cache-control', 'no-cache, no-transform');
      // Yoga writes `none`, which is not a valid encoding.
      headers.delete('content-encoding');
    },
  };
}
