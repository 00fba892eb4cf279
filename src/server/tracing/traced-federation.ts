import type { SpanFacts } from '../../domain/span.ts';
import type { Connection, Federation, LogConnection, SourceFailure } from '../../federation/api.ts';
import { ListStep } from './list-step.ts';

/**
 * The same federation with a span for each list that it reads: its kind, sources and number of rows. Single jobs, parts
 * and lines show only as the spans of their calls.
 */
export function tracedFederation(federation: Federation): Federation {
  return {
    ...federation,
    only: (names) => tracedFederation(federation.only(names)),
    jobs(args, call) {
      const sources = args.sources ?? federation.sources.map(({ name }) => name);
      const step = new ListStep(call, 'jobs', ofSources(sources));
      return rows(federation.jobs(args, step.call), step);
    },
    parts(kind, job, args, call) {
      const step = new ListStep(call, `${kind.toLowerCase()}s`, ofSources([job.source]));
      return rows(federation.parts(kind, job, args, step.call), step);
    },
    logs(scopes, args, call) {
      const step = new ListStep(call, 'logs', ofScopes(scopes));
      return lines(federation.logs(scopes, args, step.call), step);
    },
    async context(ref, args, call) {
      const step = new ListStep(call, 'log context', ofScopes(args.jobs ?? [ref]));
      return lines(await step.read(() => federation.context(ref, args, step.call)), step);
    },
    histogram(scopes, args, call) {
      const step = new ListStep(call, 'log histogram', ofScopes(scopes));
      const ask = () => federation.histogram(scopes, args, step.call);
      return step.read(ask, ({ total, failures }) => ({ 'tributary.rows': total, ...failed(failures) }));
    },
    health(source, call) {
      const step = new ListStep(call, 'health', ofSources([source]));
      return step.read(() => federation.health(source, step.call));
    },
  };
}

function ofSources(names: readonly string[]): SpanFacts {
  return { 'tributary.sources': [...new Set(names)].slice(0, MOST_NAMES) };
}

function ofScopes(scopes: readonly { readonly source: string }[]): SpanFacts {
  return { ...ofSources(scopes.map(({ source }) => source)), 'tributary.scopes': scopes.length };
}

/** Most sources that a span names. */
const MOST_NAMES = 50;

function failed(failures: readonly SourceFailure[]): SpanFacts {
  return { 'tributary.failures': failures.length };
}

const count = (rows: readonly unknown[]): SpanFacts => ({ 'tributary.rows': rows.length });

function rows<T>(connection: Connection<T>, step: ListStep): Connection<T> {
  return {
    edges: () => step.read(() => connection.edges(), count),
    nodes: () => step.read(() => connection.nodes(), count),
    pageInfo: () => step.read(() => connection.pageInfo()),
    totalCount: () => step.read(() => connection.totalCount()),
    failures: () => step.read(() => connection.failures(), failed),
  };
}

function lines(connection: LogConnection, step: ListStep): LogConnection {
  return { ...rows(connection, step), isComplete: () => step.read(() => connection.isComplete()) };
}
