import { z } from 'zod';
import { DEFAULT_LIMITS } from '../../http/settings.ts';
import { streamLimitsSchema } from './stream-limits.ts';
import { authSchema, anyAuth, forwardSchema } from './auth.ts';
import { accessSchema } from './access.ts';
import { isNetwork, originOf } from '../addresses.ts';
import { duration, formatDuration } from '../duration.ts';
import { serviceLimitsSchema } from './limits.ts';
import { persistedQueriesSchema } from '../persisted-queries.ts';
import { proxySchema, tlsSchema } from './route.ts';
import { withoutLineBreaks } from '../secret.ts';
import { tracingSchema } from './tracing.ts';
import { redisSchema, sourceTailSchema, tailSchema } from './tail.ts';
import type { VendorDefinition } from '../../vendors/connector.ts';

/** Letters, digits, `.`, `_` and `-`, beginning with a letter or digit: safe in ids, metrics and log lines. */
const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const count = (lowest: number, highest: number): z.ZodInt => z.int().min(lowest).max(highest);

/** Written as browsers write it: small letters, no default port. */
const origin = z
  .string()
  .regex(/^https?:\/\/[^/?#@\s]+\/?$/i, { error: 'expected an origin such as https://app.example.com' })
  .overwrite((text) => originOf(text) ?? text);

export const serverSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. 0.0.0.0 for all interfaces.'),
  port: count(0, 65_535).default(4000).describe('Port to listen on; 0 lets the system choose.'),
  maxPageSize: count(1, 10_000).default(1_000).describe('Largest `first` or `last` that a client may ask for.'),
  graphiql: z.boolean().default(true).describe('Serve GraphiQL to browsers.'),
  introspection: z.boolean().default(true).describe('May clients ask for the schema? GraphiQL needs it.'),
  subgraphNodes: z
    .boolean()
    .default(true)
    .describe(
      'Are `Query.node` and `Query.nodes` part of the subgraph that gateways compose? A supergraph takes them from one subgraph only.',
    ),
  persistedQueries: persistedQueriesSchema
    .prefault({})
    .describe('Operations that clients name instead of sending their texts. See docs/clients.md.'),
  batching: count(0, 100)
    .default(0)
    .describe('The most queries that a client may send in one request, as a list. 0: one query, and no list.'),
  compression: z
    .boolean()
    .default(true)
    .describe('Compress answers for clients that take that (br, gzip). Streams of events are never compressed.'),
  csrfProtection: z
    .boolean()
    .default(true)
    .describe('Refuse requests that pages of other sites can make browsers send without being allowed to.'),
  allowedHosts: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, { error: 'expected a name such as logs.example.com' }))
    .default([])
    .describe(
      'Names that the service is reached under, beside that of publicUrl. Default: any, or none but localhost where it listens on the loopback. Addresses are always allowed.',
    ),
  explorer: z.boolean().default(true).describe('Serve the log explorer at `/`.'),
  mcp: z.boolean().default(false).describe('Serve tools for assistants at `/mcp`. See docs/assistants.md.'),
  allowedOrigins: z
    .array(origin)
    .default([])
    .describe('Origins of web pages that may read answers and open WebSockets, beside our own.'),
  publicUrl: origin
    .optional()
    .describe(
      'Where browsers reach this server, such as https://logs.example.com. Needed behind proxies that change the Host header, so that our own pages may open WebSockets.',
    ),
  trustProxy: z
    .array(z.string().refine(isNetwork, { error: 'expected an address, or a network such as 10.0.0.0/8' }))
    .default([])
    .describe('Proxies whose X-Forwarded-For header says where a request comes from: addresses and networks.'),
  auth: accessSchema
    .optional()
    .describe(
      'Who may call. `none` says that everybody may; without it, the service listens on the loopback only. See docs/operations.md.',
    ),
  audit: z
    .boolean()
    .default(false)
    .describe('Log who read what: the caller, the operation, the jobs, how many lines and bytes.'),
  keepAlive: duration
    .prefault('75s')
    .describe('How long a connection is kept while nothing is asked. Longer than the load balancer in front keeps it.'),
  heartbeat: duration
    .prefault('12s')
    .describe(
      'How often a WebSocket is pinged, and a silent stream of server-sent events gets a comment. Shorter than any proxy in between waits.',
    ),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severity of what is logged, as JSON lines on standard error.'),
  tracing: tracingSchema
    .optional()
    .describe('Traces of operations for OpenTelemetry. Default: off, or as OTEL_EXPORTER_OTLP_ENDPOINT says.'),
  cursorSecret: z
    .string()
    .overwrite(withoutLineBreaks)
    .min(16)
    .optional()
    .describe(
      'Key that cursors are sealed with, the same on all replicas. Default: one that is no secret; cursors work on every replica, too.',
    ),
});

const limitsSchema = z.strictObject({
  concurrency: count(1, 1_000).default(DEFAULT_LIMITS.concurrency).describe('Calls in flight at once.'),
  requestsPerSecond: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .describe('Calls started per second. Default: as fast as they come.'),
  queue: count(1, 1_000_000).default(DEFAULT_LIMITS.queue).describe('Calls that may wait for their turn.'),
  callerQueue: count(1, 1_000_000)
    .default(DEFAULT_LIMITS.callerQueue)
    .describe('Calls of one caller that may wait for their turn.'),
  queueTime: duration
    .prefault(formatDuration(DEFAULT_LIMITS.queueMilliseconds))
    .describe('How long a call may wait for its turn.'),
  timeout: duration
    .prefault(formatDuration(DEFAULT_LIMITS.timeoutMilliseconds))
    .describe('For one attempt of a call: connect, headers and body.'),
  connectTimeout: duration
    .prefault(formatDuration(DEFAULT_LIMITS.connectTimeoutMilliseconds))
    .describe('For the connection alone.'),
  maxResponseBytes: count(1_024, 2 ** 30)
    .default(DEFAULT_LIMITS.maxResponseBytes)
    .describe(
      'Largest answer that is read as a whole, in bytes. Where the lines of a log are too long for it, fewer are asked for at once; a line that is larger by itself comes cut, and `failures` says so.',
    ),
  retries: count(0, 10).default(DEFAULT_LIMITS.retries).describe('Attempts after the first.'),
  stream: streamLimitsSchema
    .prefault({})
    .describe('Of an answer that is read while it arrives, since nothing smaller can be asked for.'),
});

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .refine((text) => isBare(text), { error: 'must not hold a user, a password, a query or a fragment' })
  .describe("What stands before the paths of the vendor's reference page; may itself have a path.");

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
      "Send the caller's own Authorization header instead of `auth`. A caller without one is refused; with `optional`, `auth` is used for it.",
    ),
  traceparent: z
    .boolean()
    .default(false)
    .describe('Tell the source which trace a call is for, in a `traceparent` header. Needs `server.tracing`.'),
  proxy: proxySchema.optional(),
  tls: tlsSchema.optional(),
  limits: limitsSchema.prefault({}).describe('Bounds of what is asked of this source.'),
  tail: sourceTailSchema.prefault({}).describe('How its jobs are followed, where that differs from the others.'),
};

/** The shared keys of a source, whatever its vendor; other keys are left out. */
export const commonSchema = z.object({ ...common, auth: anyAuth.prefault({ type: 'none' }) });

function sourceSchema(definition: VendorDefinition) {
  if (!(definition.options instanceof z.ZodObject)) {
    throw new Error(`The options of vendor ${definition.vendor} are not a zod object.`);
  }
  return definition.options
    .safeExtend({ ...common, vendor: z.literal(definition.vendor), auth: authSchema(definition) })
    .meta({ title: definition.title });
}

/** The keys that belong to Tributary in each source; every other key is an option of its vendor. */
export const COMMON_KEYS: ReadonlySet<string> = new Set(['vendor', 'auth', ...Object.keys(common)]);

/** The whole file, strict on every level, for the vendors that there are. */
export function configurationSchema(vendors: readonly VendorDefinition[]) {
  const [first, ...others] = vendors.map(sourceSchema);
  if (first === undefined) throw new Error('There is no vendor to configure a source of.');
  const name = z.string().regex(SOURCE_NAME, {
    error: 'is no name for a source: use up to 64 letters, digits, ".", "_" and "-", a letter or digit first',
  });
  return z
    .strictObject({
      $schema: z.string().optional().describe('The JSON Schema of this file, for editors.'),
      plugins: z
        .array(z.string().min(1))
        .max(50)
        .default([])
        .describe(
          'Modules that define vendors of your own, as paths from the folder of this file. Their code runs in the service: see docs/own-sources.md.',
        ),
      server: serverSchema.prefault({}).describe('What clients connect to.'),
      limits: serviceLimitsSchema.prefault({}).describe('What one operation and one client may take.'),
      tail: tailSchema.prefault({}).describe('How jobs are followed for subscriptions.'),
      redis: redisSchema
        .optional()
        .describe('Where replicas share their pollers and what sources allow. Default: each is for itself.'),
      sources: z
        .record(name, z.discriminatedUnion('vendor', [first, ...others]))
        .refine((sources) => Object.keys(sources).length > 0, { error: 'needs at least one source' })
        .optional()
        .describe('Accounts at vendors, by the name that clients see. Default: the sandbox, simulated vendors.'),
    })
    .meta({ title: 'Tributary configuration' });
}
