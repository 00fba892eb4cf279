import { Buffer } from 'node:buffer';
import { createTributary } from 'tributary';

// Made once for each container, and used by all of its invocations.
const ready = createTributary();

/** For API Gateway's HTTP API and function URLs (payload 2.0). It answers at once: subscriptions need a host that streams. */
export async function handler(event) {
  const { requestContext, rawQueryString, headers, body, isBase64Encoded } = event;
  const { method, sourceIp } = requestContext.http;
  const url = `https://${requestContext.domainName}/graphql?${rawQueryString}`;
  const request = new Request(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
  });
  const tributary = await ready;
  const response = await tributary.fetch(request, { address: sourceIp, compress: true });
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    // Answers come compressed where the caller takes that.
    isBase64Encoded: true,
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  };
}
