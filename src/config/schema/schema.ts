import { z } from 'zod';
import { DEFAULT_LIMITS } from '../../http/settings.ts';
import { streamLimitsSchema } from './stream-limits.ts';
import { authSchema, anyAuth, forwardSchema } from './auth.ts';
import { accessSchema } from '../access.ts';
import { isNetwork, originOf } from '../addresses.ts';
import { duration, formatDuration } from '../duration.ts';
import { serviceLimitsSchema } from '../service-limits.ts';
import { persistedQueriesSchema } from '../persisted-queries.ts';
import { proxySchema, tlsSchema } from './route.ts';
import { remembering, withoutLineBreaks } from '../secret.ts';
import { tracingSchema } from '../tracing.ts';
import { redisSchema, sourceTailSchema, tailSchema } from './tail.ts';
import type { VendorDefinition } from '../../vendors/connector.ts';

/** Letters, digits, `.`, `_` and `-`, starting with a letter or digit: safe in ids, metrics and log lines. */
const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** More would share the limits of sources into pieces that are too small. */
const MOST_WORKERS = 64;

const count = (lowest: number, highest: number): z.ZodInt => z.int().min(lowest).max(highest);

/** Normalised as browsers write it: lower case, no default port. */
const origin = z
  .string()
  .regex(/^https?:\/\/[^/?#@\s]+\/?$/i, { error: 'expected an origin such as https://app.example.com' })
  .overwrite((text) => originOf(text) ?? text);

export const serverSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all interfaces.'),
  port: count(0, 65_535).default(4000).describe('Port to listen on; 0 lets the system choose.'),
  workers: z
    .union([count(1, MOST_WORKERS), z.literal('auto')])
    .default(1)
    .describe(
      'Processes that answer, on one port; `auto`: one for each core. They share pollers and limits as replicas do. The sandbox has one. See docs/operations.md.',
    ),
  maxPageSize: count(1, 10_000).default(1_000).describe('Largest `first` or `last` that a client may ask for.'),
  graphiql: z.boolean().default(true).describe('Serve GraphiQL to browsers.'),
  introspection: z.boolean().default(true).describe('Whether clients may query the schema. GraphiQL needs it.'),
  subgraphNodes: z
    .boolean()
    .default(true)
    .describe(
      'Whether `Query.node` and `Query.nodes` are part of the subgraph that gateways compose. Only one subgraph of a supergraph may have them.',
    ),
  subgraphTraces: z
    .boolean()
    .default(false)
    .describe(
      'Whether a gateway that asks for it gets how long each field took (`ftv1`). Such queries take more time. See docs/subgraph.md.',
    ),
  persistedQueries: persistedQueriesSchema
    .prefault({})
    .describe('Operations that clients name by id instead of sending their text. See docs/clients.md.'),
  batching: count(0, 100)
    .default(0)
    .describe('Most queries that a client may send in one request, as a list. 0: lists are refused.'),
  compression: z
    .boolean()
    .default(true)
    .describe('Compress answers for clients that accept it (br, gzip). Event streams are never compressed.'),
  csrfProtection: z
    .boolean()
    .default(true)
    .describe('Refuse requests that pages of other sites can make a browser send without a preflight.'),
  allowedHosts: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, { error: 'expected a name such as logs.example.com' }))
    .default([])
    .describe(
      'Host names under which the service is reached, in addition to that of publicUrl. Default: any name, or only localhost if it listens on the loopback address. IP addresses are always allowed.',
    ),
  explorer: z.boolean().default(true).describe('Serve the log explorer at `/`.'),
  mcp: z.boolean().default(false).describe('Serve tools for assistants at `/mcp`. See docs/assistants.md.'),
  allowedOrigins: z
    .array(origin)
    .default([])
    .describe('Origins of web pages that may read answers and open WebSockets, in addition to our own pages.'),
  publicUrl: origin
    .optional()
    .describe(
      'Origin at which browsers reach this server, such as https://logs.example.com. Needed behind proxies that change the Host header, so that our own pages can open WebSockets.',
    ),
  trustProxy: z
    .array(z.string().refine(isNetwork, { error: 'expected an address, or a network such as 10.0.0.0/8' }))
    .default([])
    .describe('Addresses and networks of proxies whose X-Forwarded-For header is trusted.'),
  auth: accessSchema
    .optional()
    .describe(
      'Who may call. `none`: every caller. If `auth` is left out, the service only listens on the loopback address. See docs/operations.md.',
    ),
  audit: z
    .boolean()
    .default(false)
    .describe('Log who read what: the caller, the operation, the jobs, the number of lines and bytes.'),
  keepAlive: duration
    .prefault('75s')
    .describe('How long an idle connection is kept open. Must be longer than in the load balancer in front.'),
  headersTimeout: duration
    .optional()
    .describe(
      'How long a client may take for the headers of a request. Default: five seconds more than `keepAlive`, at least a minute.',
    ),
  bodyTimeout: duration.prefault('10s').describe("How much longer it may take for the request's body."),
  heartbeat: duration
    .prefault('12s')
    .describe(
      'How often a WebSocket is pinged, and a comment is sent on a silent stream of server-sent events. Must be shorter than the idle timeout of any proxy in between.',
    ),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Lowest severity that is logged, as JSON lines on standard error.'),
  tracing: tracingSchema
    .optional()
    .describe('OpenTelemetry traces of operations. Default: off, unless OTEL_EXPORTER_OTLP_ENDPOINT is set.'),
  cursorSecret: z
    .string()
    .overwrite(withoutLineBreaks)
    .overwrite(remembering)
    .min(16)
    .optional()
    .describe(
      'Key that seals cursors, the same on all replicas. Default: a public key, which also makes cursors work on every replica.',
    ),
});

const limitsSchema = z.strictObject({
  concurrency: count(1, 1_000).default(DEFAULT_LIMITS.concurrency).describe('Calls in flight at once.'),
  requestsPerSecond: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .describe('Calls started per second. Default: unlimited.'),
  queue: count(1, 1_000_000).default(DEFAULT_LIMITS.queue).describe('Calls that may wait for their turn.'),
  callerQueue: count(1, 1_000_000)
    .default(DEFAULT_LIMITS.callerQueue)
    .describe('Calls of one caller that may wait for their turn.'),
  queueTime: duration
    .prefault(formatDuration(DEFAULT_LIMITS.queueMilliseconds))
    .describe('How long a call may wait for its turn.'),
  timeout: duration
    .prefault(formatDuration(DEFAULT_LIMITS.timeoutMilliseconds))
    .describe('Time for one attempt of a call: connection, headers and body.'),
  connectTimeout: duration
    .prefault(formatDuration(DEFAULT_LIMITS.connectTimeoutMilliseconds))
    .describe('Time for the connection alone.'),
  maxResponseBytes: count(1_024, 2 ** 30)
    .default(DEFAULT_LIMITS.maxResponseBytes)
    .describe(
      'Largest answer that is read as a whole, in bytes. If the lines of a log do not fit, fewer are requested at once; a single line that is larger is truncated, and `failures` reports it.',
    ),
  retries: count(0, 10).default(DEFAULT_LIMITS.retries).describe('Retries after the first attempt.'),
  stream: streamLimitsSchema
    .prefault({})
    .describe('Limits of an answer that is read as a stream because the vendor offers nothing smaller.'),
});

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .refine((text) => isBare(text), { error: 'must not contain a user, a password, a query or a fragment' })
  .describe("URL to which the paths of the vendor's reference page are appended; may have a path itself.");

function isBare(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const url = new URL(text);
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** The keys that sources of every vendor have. */
const common = {
  baseUrl,
  forward: forwardSchema
    .default(false)
    .describe(
      "Send the caller's own Authorization header instead of `auth`. A caller without one is refused; with `optional`, `auth` is used instead.",
    ),
  traceparent: z
    .boolean()
    .default(false)
    .describe('Send a `traceparent` header to the source. Needs `server.tracing`.'),
  proxy: proxySchema.optional(),
  tls: tlsSchema.optional(),
  limits: limitsSchema.prefault({}).describe('Limits of calls to this source.'),
  tail: sourceTailSchema
    .prefault({})
    .describe('How its jobs are followed, where that differs from the top-level `tail`.'),
};

/** The shared keys of a source of any vendor; other keys are left out. */
export const commonSchema = z.object({ ...common, auth: anyAuth.prefault({ type: 'none' }) });

function sourceSchema(definition: VendorDefinition) {
  if (!(definition.options instanceof z.ZodObject)) {
    throw new Error(`The options of vendor ${definition.vendor} are not a zod object.`);
  }
  return definition.options
    .safeExtend({ ...common, vendor: z.literal(definition.vendor), auth: authSchema(definition) })
    .meta({ title: definition.title });
}

/** The keys of a source that all vendors share; every other key is an option of its vendor. */
export const COMMON_KEYS: ReadonlySet<string> = new Set(['vendor', 'auth', ...Object.keys(common)]);

/** The whole file, strict on every level, for these vendors. */
export function configurationSchema(vendors: readonly VendorDefinition[]) {
  const [first, ...others] = vendors.map(sourceSchema);
  if (first === undefined) throw new Error('There is no vendor to configure a source of.');
  const name = z.string().regex(SOURCE_NAME, {
    error: 'is not a name for a source: use up to 64 letters, digits, ".", "_" and "-", a letter or digit first',
  });
  return z
    .strictObject({
      $schema: z.string().optional().describe('The JSON Schema of this file, for editors.'),
      plugins: z
        .array(z.string().min(1))
        .max(50)
        .default([])
        .describe(
          'Modules that define vendors of your own, as paths relative to this file. Their code runs in the service: see docs/own-sources.md.',
        ),
      server: serverSchema.prefault({}).describe('The server that clients connect to.'),
      limits: serviceLimitsSchema.prefault({}).describe('Limits of one operation and one client.'),
      tail: tailSchema.prefault({}).describe('How jobs are followed for subscriptions.'),
      redis: redisSchema
        .optional()
        .describe(
          'Redis through which replicas share their pollers and the limits of sources. Default: each replica works alone.',
        ),
      sources: z
        .record(name, z.discriminatedUnion('vendor', [first, ...others]))
        .refine((sources) => Object.keys(sources).length > 0, { error: 'needs at least one source' })
        .optional()
        .describe('Accounts at vendors, by the name that clients see. Default: the sandbox, simulated vendors.'),
    })
    .meta({ title: 'Tributary configuration' });
}
