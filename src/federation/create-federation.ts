import type { DebugLog } from '../domain/debug-log.ts';
import { unknownSource } from '../domain/errors.ts';
import type { Federation, LogNode, SourceInfo, SourceScope } from './api.ts';
import { badInput, cursorOf } from './arguments.ts';
import { CursorCodec } from './cursor/codec.ts';
import { findEntry } from './logs/find-entry.ts';
import { HealthChecks } from './health.ts';
import { jobConnection } from './jobs/connection.ts';
import { cursorOfLine } from './logs/line-cursor.ts';
import { logContext } from './logs/context.ts';
import { logHistogram } from './logs/histogram/histogram.ts';
import { logConnection, scopeKey } from './logs/connection.ts';
import type { ResolvedScope } from './logs/slots.ts';
import { partConnection } from './parts/connection.ts';
import { jobLoader } from './source.ts';
import { namingJobs } from './naming-jobs.ts';
import type { FederatedSource } from './source.ts';
import { Feeds } from './tail/feed/feeds.ts';
import type { TailSharing } from './tail/feed/feeds.ts';
import { DEFAULT_TAIL } from './tail/settings.ts';
import type { TailSettings } from './tail/settings.ts';
import { SharedLastLines } from './tail/subscriber/history/last-lines.ts';
import { Subscription } from './tail/subscriber/subscription.ts';
import type { JobList } from '../vendors/connector.ts';

export interface FederationSettings {
  /** Largest `first` or `last`. */
  readonly maxPageSize: number;
  /** Native pages that one page of a filtered connection may read per partition. */
  readonly maxScanPages: number;
  /** Upper bound on the jobs that one `logs` or `logEntries` may name. */
  readonly maxJobs: number;
  /** Seals cursors. Replicas that share it understand each other's cursors. */
  readonly cursorSecret: string;
  /** How long after a job's end more lines may arrive, milliseconds. */
  readonly settleMilliseconds: number;
  /** Settings for tails; those left out are taken from `DEFAULT_TAIL`. */
  readonly tail: Partial<TailSettings>;
  /** How pollers are shared with other replicas; closed with the federation. Left out: each process runs its own polls. */
  readonly sharing?: TailSharing | undefined;
  /** Receives what tails decide: when they poll, fail, pause and end. */
  readonly debug?: DebugLog | undefined;
}

/**
 * The seal of a deployment that configures no secret. It tells our cursors from other strings, on every replica and
 * after a restart. It need not be secret: a cursor cannot reach more than its connection does.
 */
const PUBLIC_SECRET = 'tributary cursor seal v1';

const DEFAULT_SETTINGS: FederationSettings = {
  maxPageSize: 1000,
  maxScanPages: 20,
  maxJobs: 100,
  cursorSecret: PUBLIC_SECRET,
  settleMilliseconds: 12_000,
  tail: {},
};

/** A federation of all configured sources. */
export interface RootFederation extends Federation {
  /**
   * The same federation with these sources in place of the current ones. A source that is in both keeps its tails.
   * Closing either closes both. The settings apply from then on; tail settings apply to jobs that are first followed
   * later.
   */
  withSources(
    sources: readonly FederatedSource[],
    settings?: Pick<FederationSettings, 'maxPageSize' | 'tail'>,
  ): RootFederation;
}

export function createFederation(
  given: readonly FederatedSource[],
  overrides: Partial<FederationSettings> = {},
): RootFederation {
  const settings = { ...DEFAULT_SETTINGS, ...overrides };
  const tail = { ...DEFAULT_TAIL, ...settings.tail };
  const shared: Shared = {
    settings,
    tail,
    cursors: new CursorCodec(settings.cursorSecret),
    health: new HealthChecks(),
    stopping: new AbortController(),
    feeds: new Feeds(tail, settings.sharing, settings.debug),
    lastLines: new SharedLastLines(),
    unsortedLists: new WeakSet(),
  };
  return rootOf(given, shared, new WeakMap());
}

/** `named` caches the wrapped form of each source, so that its identity survives a change of the source list. */
function rootOf(
  given: readonly FederatedSource[],
  shared: Shared,
  named: WeakMap<FederatedSource, FederatedSource>,
): RootFederation {
  const sources = given.map((source) => {
    const shown = named.get(source) ?? namingJobs(source);
    named.set(source, shown);
    return shown;
  });
  return {
    ...viewOf(sources, shared),
    withSources: (next, settings) =>
      rootOf(next, settings === undefined ? shared : withSettings(shared, settings), named),
  };
}

function withSettings(shared: Shared, given: Pick<FederationSettings, 'maxPageSize' | 'tail'>): Shared {
  const tail = { ...DEFAULT_TAIL, ...given.tail };
  shared.feeds.settle(tail);
  return { ...shared, tail, settings: { ...shared.settings, ...given } };
}

/**
 * What all views of one federation share. Every entry in it is found by its source only, so a view cannot reach entries
 * of sources that it does not have.
 */
interface Shared {
  readonly settings: FederationSettings;
  readonly tail: TailSettings;
  readonly cursors: CursorCodec;
  readonly health: HealthChecks;
  readonly stopping: AbortController;
  readonly feeds: Feeds;
  readonly lastLines: SharedLastLines;
  /** Lists of jobs that turned out not to be sorted newest first. */
  readonly unsortedLists: WeakSet<JobList>;
}

/** A federation of these sources only: to every query, the others do not exist. */
function viewOf(sources: readonly FederatedSource[], shared: Shared): Federation {
  const { settings, tail, cursors, health, stopping, feeds, lastLines } = shared;
  const byName = new Map(sources.map((source) => [source.name, source]));
  const infos = sources.map(infoOf);
  const infosByName = new Map(infos.map((info) => [info.name, info]));

  function find(name: string): FederatedSource {
    const found = byName.get(name);
    if (found !== undefined) return found;
    throw unknownSource(name, [...byName.keys()]);
  }

  function resolve(scopes: readonly SourceScope[]): ResolvedScope[] {
    if (scopes.length > settings.maxJobs) {
      throw badInput(`${scopes.length} jobs are too many for one connection; at most ${settings.maxJobs} are allowed.`);
    }
    const unique = new Map(scopes.map((scope) => [scopeKey(scope), scope]));
    return [...unique]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { source, scope }]) => ({ source: find(source), scope }));
  }

  const logOptions = { ...settings, cursors };
  const federation: Federation = {
    sources: infos,
    maxPageSize: settings.maxPageSize,
    only: (names) =>
      viewOf(
        sources.filter(({ name }) => names.has(name)),
        shared,
      ),
    source: (name) => infosByName.get(name) ?? null,
    health: (name, call) => health.check(find(name), call),
    job: ({ source, key }, call) => {
      const found = byName.get(source);
      return found === undefined ? Promise.resolve(null) : jobLoader(found, call).load(key);
    },
    jobs: (args, call) => {
      const names = args.sources ?? sources.map((source) => source.name);
      const wanted = new Set(names.map((name) => find(name).name));
      return jobConnection(
        {
          ...settings,
          cursors,
          unsorted: shared.unsortedLists,
          args,
          filter: args.filter ?? {},
          sources: sources.filter(({ name }) => wanted.has(name)),
        },
        call,
      );
    },
    parts: (kind, job, args, call) =>
      partConnection({ ...settings, cursors, args, kind, job, connector: () => find(job.source).connector }, call),
    part: async (kind, job, key, call) => find(job.source).connector.parts[kind]?.find(job.key, key, call) ?? null,
    logs: (scopes, args, call) => logConnection({ ...logOptions, scopes: resolve(scopes), args }, call),
    histogram: async (scopes, args, call) => logHistogram(federation, resolve(scopes), args, call),
    cursorOf: (ref, scopes, args) => cursorOfLine(ref, resolve(scopes), args, cursors),
    entry: (ref, call): Promise<LogNode | null> => {
      const found = byName.get(ref.source);
      return found === undefined ? Promise.resolve(null) : findEntry(found, ref, call);
    },
    context: async (ref, args, call) => logContext({ ...logOptions, resolve }, ref, args, call),
    tail: (jobs, given, call) => {
      const args = { ...given, after: cursorOf(given.after) };
      const scopes = resolve(jobs.map(({ source, key }) => ({ source, scope: { job: key } })));
      const changed = AbortSignal.any([...new Set(scopes.flatMap(({ source }) => source.retired ?? []))]);
      const options = { ...logOptions, tail, feeds, lastLines, scopes, args, stopping: stopping.signal, changed };
      return new Subscription(options, call).events();
    },
    tailStatistics: () => feeds.statistics(),
    close: async () => {
      stopping.abort();
      await feeds.close();
    },
  };
  return federation;
}

function infoOf({ name, connector }: FederatedSource): SourceInfo {
  return {
    name,
    vendor: connector.vendor,
    names: connector.names ?? {},
    // Read on each access: the connector may learn that a vendor supports more, or less, than assumed.
    get capabilities() {
      return connector.capabilities;
    },
  };
}
