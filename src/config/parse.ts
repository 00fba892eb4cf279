import { z } from 'zod';
import { accessProblems, accessSettings } from './access.ts';
import type { AuthInput } from './schema/auth.ts';
import type { Configuration, ServerSettings, SourceConfiguration } from './configuration.ts';
import type { Environment } from './environment.ts';
import { ConfigurationError } from './problems.ts';
import type { Problem } from './problems.ts';
import { persistedQueries } from './persisted-queries.ts';
import { environmentProxies, proxyOf, tlsSettings } from './route.ts';
import { serviceLimits, serviceLimitsSchema } from './service-limits.ts';
import { COMMON_KEYS, commonSchema, serverSchema } from './schema/schema.ts';
import { redisSchema, redisSettings, sourceTailSettings, tailSchema, tailSettings } from './schema/tail.ts';
import { streamBounds } from './schema/stream-limits.ts';
import { textFilesIn } from './text-file.ts';
import type { ReadText } from './text-file.ts';
import { tracingSettings } from './tracing.ts';
import { validate } from './validate.ts';
import type { AuthSettings, Forwarding, LimitSettings, RouteSettings } from '../http/settings.ts';
import type { VendorDefinition } from '../vendors/connector.ts';

export interface ParseOptions {
  /** Name of the configuration in messages: a file name. */
  readonly origin: string;
  readonly vendors: readonly VendorDefinition[];
  readonly environment: Environment;
  /** Reads files that the configuration names. Default: relative paths start at the working directory. */
  readonly readText?: ReadText | undefined;
}

type CommonSettings = z.output<typeof commonSchema>;

/** The parts that every configuration has, typed; `validate` has checked the rest. */
const typedParts = z.object({
  server: serverSchema.prefault({}),
  limits: serviceLimitsSchema.prefault({}),
  tail: tailSchema.prefault({}),
  redis: redisSchema.optional(),
  sources: z.record(z.string(), commonSchema.extend({ vendor: z.string() })).default({}),
});

/** Turns a decoded configuration file into settings. Throws `ConfigurationError` with all problems. */
export function parseConfiguration(value: unknown, options: ParseOptions): Configuration {
  const { origin, vendors, environment, readText = textFilesIn('.') } = options;
  const validated = validate(value, vendors, environment, readText);
  if (!validated.ok) throw new ConfigurationError(origin, validated.problems);
  const { server, limits, tail, redis, sources } = typedParts.parse(validated.input);
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const proxies = environmentProxies(environment, report);
  if (server.auth !== undefined) {
    const names = Object.keys(sources);
    accessProblems(server.auth, names.length === 0 ? null : names).forEach(report);
  }
  const configured = Object.entries(sources).flatMap(([name, common]): SourceConfiguration[] => {
    const definition = vendors.find(({ vendor }) => vendor === common.vendor);
    if (definition === undefined) return [];
    const auth = authSettings(common.auth, definition.tokenUrl(common.baseUrl));
    if (auth === null) {
      report({
        key: `sources.${name}.auth.tokenUrl`,
        message: 'is missing: this vendor has no default token endpoint',
      });
      return [];
    }
    const tls = common.tls && tlsSettings(common.tls, `sources.${name}.tls`, readText, report);
    if (isNameless(auth) && common.tls?.certificate === undefined) {
      const message = 'is missing: it may be left out only if `tls.certificate` is set';
      report({ key: `sources.${name}.auth.clientSecret`, message });
    }
    if (server.auth?.type === 'keys' && forwardingOf(common) !== false) {
      const message = 'must be off if `server.auth` uses keys: the source would receive a key of this service';
      report({ key: `sources.${name}.forward`, message });
    }
    const wrongTail = wrongPace(name, common.tail, tail);
    if (wrongTail !== null) {
      report(wrongTail);
      return [];
    }
    return [
      {
        name,
        definition,
        http: httpSettings(name, definition, common, auth, { tls, proxy: proxyOf(common.proxy, proxies) }),
        options: optionsOf(validated.sources[name]),
        tail: sourceTailSettings(common.tail),
      },
    ];
  });
  const known = persistedQueries(server.persistedQueries, readText, report);
  const tracing = tracingSettings(server.tracing, environment, report);
  if (problems.length > 0) throw new ConfigurationError(origin, problems);
  return {
    server: { ...serverSettings(server), persistedQueries: known, tracing },
    limits: serviceLimits(limits),
    tail: tailSettings(tail),
    redis: redis === undefined ? null : redisSettings(redis),
    sources: configured,
  };
}

/** A source may override one of the two settings and take the other from the top level. */
function wrongPace(name: string, own: CommonSettings['tail'], top: z.output<typeof tailSchema>): Problem | null {
  const { interval, maxInterval } = {
    interval: own.interval ?? top.interval,
    maxInterval: own.maxInterval ?? top.maxInterval,
  };
  if (maxInterval >= interval) return null;
  const key = own.maxInterval === undefined ? 'interval' : 'maxInterval';
  const message =
    key === 'interval'
      ? 'must not be longer than `maxInterval`, which is taken from the top-level `tail`'
      : 'must not be shorter than `interval`';
  return { key: `sources.${name}.tail.${key}`, message };
}

function httpSettings(
  source: string,
  definition: VendorDefinition,
  common: CommonSettings,
  auth: AuthSettings,
  route: RouteSettings,
): SourceConfiguration['http'] {
  return {
    ...route,
    source,
    baseUrl: common.baseUrl.replace(/\/+$/, ''),
    auth,
    forward: forwardingOf(common),
    sendsTraceparent: common.traceparent,
    limits: limitSettings(common.limits),
    classifyError: definition.classifyError,
    paceAfter: definition.paceAfter,
  };
}

function serverSettings({
  auth,
  publicUrl,
  keepAlive,
  headersTimeout,
  bodyTimeout,
  heartbeat,
  persistedQueries: _,
  tracing: __,
  ...same
}: z.output<typeof serverSchema>): Omit<ServerSettings, 'persistedQueries' | 'tracing'> {
  return {
    ...same,
    auth: auth === undefined ? null : accessSettings(auth),
    cursorSecret: same.cursorSecret ?? null,
    publicOrigin: publicUrl ?? null,
    keepAliveMilliseconds: keepAlive,
    headersTimeoutMilliseconds: headersTimeout ?? null,
    bodyTimeoutMilliseconds: bodyTimeout,
    heartbeatMilliseconds: heartbeat,
  };
}

function forwardingOf({ forward, auth }: CommonSettings): Forwarding {
  const given = forward === false ? (auth.forward ?? false) : forward;
  return given === true ? 'required' : given;
}

function isNameless(auth: AuthSettings): boolean {
  return auth.type === 'oauth2-client-credentials' && auth.clientSecret === undefined;
}

function limitSettings(limits: CommonSettings['limits']): LimitSettings {
  const { queueTime, timeout, connectTimeout, requestsPerSecond, stream, ...same } = limits;
  return {
    ...same,
    requestsPerSecond: requestsPerSecond ?? null,
    stream: streamBounds(stream),
    queueMilliseconds: queueTime,
    timeoutMilliseconds: timeout,
    connectTimeoutMilliseconds: connectTimeout,
  };
}

/** Null if a token is needed and neither the configuration nor the vendor names the token endpoint. */
function authSettings({ forward: _, ...auth }: AuthInput, usualTokenUrl: string | null): AuthSettings | null {
  if (auth.type !== 'oauth2-client-credentials' && auth.type !== 'api-key-exchange') return auth;
  const tokenUrl = auth.tokenUrl ?? usualTokenUrl;
  return tokenUrl === null ? null : { ...auth, tokenUrl };
}

function optionsOf(source: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(source).filter(([key]) => !COMMON_KEYS.has(key)));
}
