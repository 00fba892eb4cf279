import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Transport } from '../follower.ts';

/** A line's text as it is given without a word about escapes, and under each of the two. */
export interface Message {
  readonly message: string;
  readonly stripped: string;
  readonly raw: string;
}

interface Answer {
  readonly errors?: unknown;
  readonly data?: { readonly logEntries: { readonly edges?: readonly { readonly node: Message }[] } } | null;
}

const query = `subscription ($jobs: [ID!]!) { logEntries(jobs: $jobs, tail: 100) {
  ... on LogBatch { edges { node { message stripped: message(ansi: STRIP) raw: message(ansi: RAW) } } }
} }`;

/** The first messages of a job's tail, as many as are wanted, as a client of that transport gets them. */
export async function firstMessages(
  transport: Transport,
  url: string,
  jobs: readonly string[],
  wanted: number,
): Promise<Message[]> {
  const client =
    transport === 'SSE'
      ? createSseClient({ url: `${url}/graphql`, retryAttempts: 0 })
      : createWebSocketClient({
          url: `${url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          retryAttempts: 0,
        });
  const messages: Message[] = [];
  // Both libraries give what the query says.
  const answers = client.iterate({ query, variables: { jobs } }) as AsyncIterable<Answer>;
  for await (const { data, errors } of answers) {
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    messages.push(...(data?.logEntries.edges ?? []).map(({ node }) => node));
    if (messages.length >= wanted) break;
  }
  await client.dispose();
  return messages;
}
