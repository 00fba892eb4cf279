import { createClient } from 'graphql-ws';
import { Environment, Network, Observable, RecordSource, Store } from 'relay-runtime';
import WebSocket from 'ws';

/** Queries by POST, subscriptions by graphql-transport-ws. In a browser, leave `webSocketImpl` out. */
export function createEnvironment(url) {
  const sockets = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket });

  async function ask({ text: query, name: operationName }, variables) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, operationName, variables }),
    });
    return response.json();
  }

  function follow({ text: query, name: operationName }, variables) {
    return Observable.create((sink) => sockets.subscribe({ query, operationName, variables }, sink));
  }

  return new Environment({ network: Network.create(ask, follow), store: new Store(new RecordSource()) });
}
