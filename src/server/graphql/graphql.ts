import { createYoga } from 'graphql-yoga';
import type { Plugin, YogaInitialContext, YogaServerInstance } from 'graphql-yoga';
import { GraphQLError } from 'graphql';
import type { DocumentNode } from 'graphql';
import type { Logger } from 'pino';
import type { HeldShare } from '../../domain/held-bytes.ts';
import { schema, servedSchema } from '../../../schema/index.ts';
import { createContext } from '../../context.ts';
import type { Access } from '../access/access.ts';
import type { Audit } from '../access/audit.ts';
import { admitOperations } from '../access/admit-operations.ts';
import type { AdmittedContext } from '../access/admit-operations.ts';
import { nameOfCaller } from '../client/callers.ts';
import { readAccept } from './accept.ts';
import { batches } from './batches.ts';
import type { BeginOperation } from './batches.ts';
import { clientHabits } from '../client/habits.ts';
import { compileQueries } from './compiled-queries.ts';
import { codeOf, toClientError, wasGivenUp } from './errors.ts';
import type { Present } from './errors.ts';
import { namedErrors } from './named-errors.ts';
import { deferredFragments } from './deferred.ts';
import { entityTags } from './entity-tags.ts';
import { eventHeartbeats } from './event-heartbeat.ts';
import { budgetOperations } from '../cost/budget-operations.ts';
import { limitCost } from '../cost/limit-cost.ts';
import { OperationCosts } from '../cost/operation-costs.ts';
import { explainPlans, explainTraces } from '../explain/explain-operations.ts';
import { fieldTraces } from '../field-traces/field-traces.ts';
import { executingInOne } from './in-one.ts';
import { largeAnswers } from './large-answers.ts';
import { limitQueries } from './limits.ts';
import type { PersistedQueries } from '../../config/persisted-queries.ts';
import type { QueryLimits } from '../../config/service-limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { limitText } from './limit-text.ts';
import { codeValidationErrors, refuseAbsentOperations, refuseIntrospection, withoutSuggestion } from './validation.ts';
import { createPersistedTexts, ID_PARAMETERS } from './persisted-queries.ts';
import type { PersistedTexts } from './persisted-queries.ts';
import { KnownDocuments } from './short-way/known-documents.ts';
import { givenOutcomes } from './short-way/outcome.ts';
import type { OutcomeContext } from './short-way/outcome.ts';
import { boundedBodies } from './sent-bodies.ts';
import type { SentContext } from './sent-bodies.ts';
import { traceOperations } from '../tracing/trace-operations.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { unbufferedStreams } from '../unbuffered.ts';
import { inValidUnicode } from './valid-unicode.ts';

export interface GraphqlOptions {
  readonly limits: QueryLimits;
  readonly logger: Logger | null;
  readonly metrics: Metrics;
  /** Null: reads are not audited. */
  readonly audit: Audit | null;
  /** Origins of pages that may read answers, in addition to our own. */
  readonly allowedOrigins: readonly string[];
  /** Interval of the heartbeat of event streams. */
  readonly heartbeatMilliseconds: number;
  /** True: callers may query the schema if their roles allow it. False: no caller may. */
  readonly introspection: boolean;
  /** `nodes`: gateways see `Query.node` and `Query.nodes`. `traces`: they get traces of fields that they ask for. */
  readonly subgraph: { readonly nodes: boolean; readonly traces: boolean };
  readonly persistedQueries: PersistedQueries;
  /** Most queries in one request. 0: batching is off. */
  readonly batching: number;
  readonly begin: BeginOperation;
  /** Aborted, with an error for clients, when queries of a service that stops have had their time. */
  readonly timeIsUp: AbortSignal;
  /** Null: tracing is off. */
  readonly tracing: Tracing | null;
  /** Texts of the operations of our own pages. */
  readonly ownTexts: readonly string[];
}

/** What every transport provides for a request. */
export interface TransportContext extends OutcomeContext, SentContext {
  readonly access: Access;
  /** The client's address, if known. */
  readonly client: string | null;
  /** The operation's `traceparent` on transports without an HTTP request per operation. */
  readonly traceparent?: string | null;
  /** The explanation that the operation asks for, on transports without an HTTP request per operation. */
  readonly explain?: string | null;
  /** The request's id in log lines and answers. Over a WebSocket: the id of the request that opened it. */
  readonly requestId: string;
  /** The memory that the answer takes until its client has read it. Left out: it is not bounded. */
  readonly held?: HeldShare | undefined;
  /** Aborted when the client leaves, on transports without an HTTP request per operation. */
  readonly signal?: AbortSignal;
}

export type Yoga = YogaServerInstance<TransportContext, AdmittedContext>;

export interface GraphqlServer {
  /**
   * GraphQL over HTTP and server-sent events; other transports use `getEnveloped`. Callers with and without
   * introspection have separate instances, because yoga caches validation results that differ between them.
   */
  readonly yogaFor: (access: Access) => Yoga;
  /** The document with this text; null: this yoga does not take it. */
  readonly documentOf: (yoga: Yoga, text: string, operationName: string | null) => DocumentNode | null;
  /** Turns an error into the error that clients see, logs it if it is our fault, and counts it. */
  readonly present: Present;
  /** The text of the requested operation: see `PersistedTexts`. */
  readonly textOf: PersistedTexts['textOf'];
  readonly dispose: () => Promise<void>;
}

export function createGraphql(options: GraphqlOptions): GraphqlServer {
  const { logger, metrics } = options;

  const presented = new WeakSet<GraphQLError>();
  /** The presented error in the wrappers that graphql-ws adds to what ends a stream. */
  function presentedIn(error: unknown): GraphQLError | null {
    if (!(error instanceof GraphQLError)) return null;
    return presented.has(error) ? error : presentedIn(error.originalError);
  }
  /** An error that was already presented is returned unchanged. */
  function present(error: unknown, requestId: string | null = null): GraphQLError {
    const known = presentedIn(error);
    if (known !== null) return known;
    const shown = toClientError(error, logger, requestId);
    presented.add(shown);
    if (!wasGivenUp(error)) metrics.error(codeOf(shown));
    return shown;
  }
  const texts = createPersistedTexts(options.persistedQueries, options.ownTexts, (outcome) => {
    metrics.persisted(outcome);
  });
  const known = new Map<Yoga, KnownDocuments>();
  function create(introspection: boolean): Yoga {
    const documents = new KnownDocuments();
    const shown: Present = introspection ? present : (error, id) => withoutSuggestion(present(error, id));
    const yoga = createYogaWith(options, introspection, shown, [texts.plugin, documents.plugin]);
    known.set(yoga, documents);
    return yoga;
  }
  const open = create(options.introspection);
  const closed = options.introspection ? create(false) : open;
  return {
    present,
    textOf: (sent) => texts.textOf(sent),
    documentOf: (yoga, text, operationName) => known.get(yoga)?.documentOf(text, yoga, operationName) ?? null,
    yogaFor: (access) => (access.allows('introspection') ? open : closed),
    async dispose() {
      await open.dispose();
      if (closed !== open) await closed.dispose();
    },
  };
}

function createYogaWith(
  {
    limits,
    logger,
    metrics,
    audit,
    allowedOrigins,
    heartbeatMilliseconds,
    subgraph,
    tracing,
    batching,
    begin,
    timeIsUp,
  }: GraphqlOptions,
  introspection: boolean,
  present: Present,
  plugins: readonly Plugin[],
): Yoga {
  const costs = new OperationCosts();
  const served = subgraph.nodes ? schema : servedSchema({ nodes: false });
  return createYoga<TransportContext, AdmittedContext>({
    schema: served,
    graphqlEndpoint: '/graphql',
    context: contextOf,
    maskedErrors: { maskError: (error) => present(error) },
    // Yoga would log raw errors with all their properties.
    logging: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    extraParamNames: [...ID_PARAMETERS],
    batching: { limit: batching },
    cors: allowedOrigins.length === 0 ? false : { origin: [...allowedOrigins], credentials: false },
    // body-limit.ts enforces this at a fraction of the cost.
    maxRequestBodySize: false,
    plugins: executingInOne([
      metrics.plugin,
      readAccept(),
      boundedBodies(limits),
      inValidUnicode(),
      givenOutcomes(),
      clientHabits(present, batching > 0),
      ...(batching > 0 ? [batches(batching, begin) as unknown as Plugin] : []),
      ...plugins,
      limitText(limits),
      limitQueries(limits),
      ...(introspection ? [] : [refuseIntrospection()]),
      refuseAbsentOperations(),
      codeValidationErrors(),
      admitOperations(present, audit),
      explainPlans(limits, costs, present),
      limitCost(limits, costs, { present, logger }),
      budgetOperations(limits, logger, timeIsUp),
      ...(tracing === null ? [] : [traceOperations(tracing)]),
      explainTraces(costs),
      deferredFragments(),
      ...(subgraph.traces ? [fieldTraces(served, present)] : []),
      compileQueries(),
      namedErrors(present),
      largeAnswers(),
      entityTags(),
      unbufferedStreams(),
      eventHeartbeats(heartbeatMilliseconds),
    ]),
  });
}

function contextOf({
  access,
  client,
  requestId,
  held,
  signal,
  request,
}: YogaInitialContext & TransportContext): AdmittedContext {
  const { authorization } = access;
  // `admitOperations` narrows this view once the operation is known.
  const context = createContext(access.view('query'), {
    signal: signal ?? request.signal,
    authorization,
    caller: nameOfCaller(access.caller, client),
    requestId,
  });
  return { ...context, access, client, requestId, held };
}
