import { Denied } from '../access/denied.ts';
import { denial, refuse } from '../client/gate.ts';
import type { DataHandler } from '../data-gate.ts';
import type { Metrics } from './metrics.ts';

/** `GET /metrics`, for callers with the right to read metrics. */
export function metricsEndpoint(metrics: Metrics): DataHandler {
  return async (_request, response, access) => {
    if (!access.allows('metrics')) {
      refuse(response, denial(new Denied(403, 'Metrics are not for you: none of your roles allows them.'), true));
      return;
    }
    const text = await metrics.text();
    response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
  };
}
