import { createCall } from '../../../src/domain/call.ts';
import type { Call } from '../../../src/domain/call.ts';
import type { Federation } from '../../../src/federation/api.ts';
import { createFederation } from '../../../src/federation/create-federation.ts';
import { DEFAULT_LIMITS } from '../../../src/http/settings.ts';
import type { AuthSettings, LimitSettings } from '../../../src/http/settings.ts';
import { createSourceHttp } from '../../../src/http/source-http.ts';
import type { ManagedSourceHttp } from '../../../src/http/source-http.ts';
import type { SandboxReply, SimulatedVendor, VendorServer } from '../../../src/sandbox/types.ts';
import { startVendorServer } from '../../../src/sandbox/vendor-server.ts';
import type { Connector } from '../../../src/vendors/connector.ts';
import { quickClock } from '../../support/quick-clock.ts';
import type { Bed, Instance } from './bed.ts';

/** One vendor that listens, and becomes another instance of itself for each run. */
export interface ServedBed {
  readonly bed: Bed;
  readonly limits: LimitSettings;
  /** Its name among the sources. */
  readonly source: string;
  readonly server: VendorServer;
  readonly instance: Instance;
  use(instance: Instance): void;
  /** Has this happen before each request for lines is answered. Null: nothing. */
  beforeLogs(happen: (() => void) | null): void;
  /** Has this happen before each request of any kind is answered. Null: nothing. */
  beforeCalls(happen: (() => void) | null): void;
  /** Changes each successful answer to requests of these kinds. */
  alterReplies(kinds: readonly string[], alter: AlterReply): void;
  close(): Promise<void>;
}

type AlterReply = (reply: SandboxReply) => Promise<SandboxReply>;

export async function serveBed(bed: Bed, limits: Partial<LimitSettings> = {}): Promise<ServedBed> {
  const { vendor } = bed.definition;
  let current: Instance | null = null;
  let beforeLogs: (() => void) | null = null;
  let beforeCalls: (() => void) | null = null;
  let altered: { readonly kinds: readonly string[]; readonly alter: AlterReply } | null = null;
  const now = (): SimulatedVendor => {
    if (current === null) throw new Error('No instance is in use yet.');
    return current.simulation;
  };
  const server = await startVendorServer<SimulatedVendor>({
    vendor,
    async handle(request) {
      beforeCalls?.();
      const kind = now().classify(request);
      if (kind === 'logs') beforeLogs?.();
      const reply = await now().handle(request);
      if (altered === null || !altered.kinds.includes(kind) || reply.status !== 200) return reply;
      return altered.alter(reply);
    },
    classify: (request) => now().classify(request),
    sourceConfig: (origin) => now().sourceConfig(origin),
    createJob: (options) => now().createJob(options),
    setStatus: (key, status) => {
      now().setStatus(key, status);
    },
    write: (key, lines) => {
      now().write(key, lines);
    },
    generate: (key, count, line) => {
      now().generate(key, count, line);
    },
    clear: () => {
      now().clear();
    },
  });
  // While it is held, the connections of all later replicas stay open.
  let held: ManagedSourceHttp | undefined;
  const served: ServedBed = {
    bed,
    limits: { ...DEFAULT_LIMITS, ...limits },
    source: `the-${vendor}`,
    server,
    get instance() {
      if (current === null) throw new Error('No instance is in use yet.');
      return current;
    },
    use(instance) {
      current = instance;
      beforeLogs = null;
      beforeCalls = null;
      altered = null;
      server.clearFaults();
      server.resetCalls();
      held ??= httpTo(served);
    },
    beforeLogs(happen) {
      beforeLogs = happen;
    },
    beforeCalls(happen) {
      beforeCalls = happen;
    },
    alterReplies(kinds, alter) {
      altered = { kinds, alter };
    },
    async close() {
      await held?.close();
      await server.close();
    },
  };
  return served;
}

/** The real client, as the configuration of such a source would make it, but that it never waits. */
function httpTo({ bed, limits, source, server, instance }: ServedBed): ManagedSourceHttp {
  const { definition } = bed;
  // A simulation says what its source's configuration says.
  const config = instance.simulation.sourceConfig(server.origin) as { baseUrl: string; auth: AuthSettings };
  const { baseUrl } = config;
  const auth =
    config.auth.type === 'api-key-exchange'
      ? { ...config.auth, tokenUrl: definition.tokenUrl(baseUrl) ?? '' }
      : config.auth;
  return createSourceHttp(
    { source, baseUrl, auth, forward: false, limits, classifyError: definition.classifyError },
    quickClock(),
  );
}

/** One process that serves the graph: it knows nothing but its configuration. */
export interface Replica {
  readonly federation: Federation;
  connector(source: string): Connector;
  close(): Promise<void>;
}

function startReplica(beds: readonly ServedBed[]): Replica {
  const sources = beds.map((served) => {
    const http = httpTo(served);
    const { definition } = served.bed;
    const options: unknown = definition.options.parse(served.instance.options);
    return { name: served.source, http, connector: definition.create({ source: served.source, http, options }) };
  });
  const federation = createFederation(sources);
  return {
    federation,
    connector(source) {
      const found = sources.find(({ name }) => name === source);
      if (found === undefined) throw new Error(`There is no source ${source}.`);
      return found.connector;
    },
    async close() {
      await federation.close();
      await Promise.all(sources.map(({ http }) => http.close()));
    },
  };
}

/** Asks a replica that has just started, and stops it again. */
export async function onReplica<T>(
  beds: readonly ServedBed[],
  ask: (replica: Replica, call: Call) => Promise<T>,
): Promise<T> {
  const replica = startReplica(beds);
  try {
    return await ask(replica, createCall());
  } finally {
    await replica.close();
  }
}
