import { createYoga } from 'graphql-yoga';
import type { Plugin, YogaInitialContext, YogaServerInstance } from 'graphql-yoga';
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { ASTVisitor, ValidationContext } from 'graphql';
import type { Logger } from 'pino';
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
import type { ErrorCode } from '../../domain/errors.ts';
import { codeOf, toClientError } from './errors.ts';
import type { Present } from './errors.ts';
import { namedErrors } from './named-errors.ts';
import { deferredFragments } from './deferred.ts';
import { entityTags } from './entity-tags.ts';
import { eventHeartbeats } from './event-heartbeat.ts';
import { budgetOperations } from '../cost/budget-operations.ts';
import { limitCost } from '../cost/limit-cost.ts';
import { largeAnswers } from './large-answers.ts';
import { limitQueries } from './limits.ts';
import type { PersistedQueries } from '../../config/persisted-queries.ts';
import type { QueryLimits } from '../../config/service-limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { limitNesting } from './nesting-limit.ts';
import { createPersistedTexts, ID_PARAMETERS } from './persisted-queries.ts';
import type { PersistedTexts } from './persisted-queries.ts';
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
  /** Origins of pages that may read answers, beside our own. */
  readonly allowedOrigins: readonly string[];
  /** How often a stream of events is kept alive. */
  readonly heartbeatMilliseconds: number;
  /** May any client ask for the schema? */
  readonly introspection: boolean;
  /** Does a gateway find `Query.node` and `Query.nodes` in the subgraph? */
  readonly subgraphNodes: boolean;
  readonly persistedQueries: PersistedQueries;
  /** The most queries in one request; 0: only one, and no list. */
  readonly batching: number;
  readonly begin: BeginOperation;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
  /** Operations of our own pages. */
  readonly ownTexts: readonly string[];
}

/** What every transport says of a request: nothing of a source is reached without it. */
export interface TransportContext {
  readonly access: Access;
  /** The address that it came from, as far as it is known. */
  readonly client: string | null;
  /** The step of a trace that the operation is for, where there is no HTTP request that says so. */
  readonly traceparent?: string | null;
  /** Names the request in log lines and answers; over a WebSocket, that which opened it. */
  readonly requestId: string;
  /** Aborted when the client goes away, where there is no HTTP request for the operation. */
  readonly signal?: AbortSignal;
}

export type Yoga = YogaServerInstance<TransportContext, AdmittedContext>;

export interface GraphqlServer {
  /**
   * GraphQL over HTTP and server-sent events; `getEnveloped` is the same for other transports. Those who may ask for the schema
   * have another one than those who may not: what was found to be valid for the ones is remembered, and may not be for the others.
   */
  readonly yogaFor: (access: Access) => Yoga;
  /** Turns an error into what clients read, logs it when it is ours, and counts it. */
  readonly present: Present;
  /** The text of an operation that a client asks for: see `PersistedTexts`. */
  readonly textOf: PersistedTexts['textOf'];
  readonly dispose: () => Promise<void>;
}

export function createGraphql(options: GraphqlOptions): GraphqlServer {
  const { logger, metrics } = options;

  const presented = new WeakSet<GraphQLError>();
  /** Once: what has been presented is what clients read. */
  function present(error: unknown, requestId: string | null = null): GraphQLError {
    if (error instanceof GraphQLError && presented.has(error)) return error;
    const shown = toClientError(error, logger, requestId);
    presented.add(shown);
    metrics.error(codeOf(shown));
    return shown;
  }
  const texts = createPersistedTexts(options.persistedQueries, options.ownTexts, (outcome) => {
    metrics.persisted(outcome);
  });
  const open = createYogaWith(options, options.introspection, present, texts.plugin);
  const closed = options.introspection ? createYogaWith(options, false, present, texts.plugin) : open;
  return {
    present,
    textOf: (sent) => texts.textOf(sent),
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
    metrics,
    audit,
    allowedOrigins,
    heartbeatMilliseconds,
    subgraphNodes,
    tracing,
    batching,
    begin,
  }: GraphqlOptions,
  introspection: boolean,
  present: Present,
  persistedTexts: Plugin,
): Yoga {
  return createYoga<TransportContext, AdmittedContext>({
    schema: subgraphNodes ? schema : servedSchema({ nodes: false }),
    graphqlEndpoint: '/graphql',
    context: contextOf,
    maskedErrors: { maskError: (error) => present(error) },
    // Its log would hold errors as they came, with all that hangs on them.
    logging: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    extraParamNames: [...ID_PARAMETERS],
    batching: { limit: batching },
    cors: allowedOrigins.length === 0 ? false : { origin: [...allowedOrigins], credentials: false },
    // body-limit.ts does it for a fraction of the cost.
    maxRequestBodySize: false,
    plugins: [
      metrics.plugin,
      readAccept(),
      inValidUnicode(),
      clientHabits(present, batching > 0),
      ...(batching > 0 ? [batches(batching, begin)] : []),
      persistedTexts,
      limitNesting(limits.nesting),
      limitQueries(limits, introspection),
      ...(introspection ? [] : [refuseIntrospection()]),
      refuseAbsentOperations(),
      codeValidationErrors(),
      admitOperations(present, audit),
      limitCost(limits, present),
      budgetOperations(limits),
      ...(tracing === null ? [] : [traceOperations(tracing)]),
      deferredFragments((error) => present(error)),
      compileQueries(),
      namedErrors(present),
      largeAnswers(),
      entityTags(),
      unbufferedStreams(),
      eventHeartbeats(heartbeatMilliseconds),
    ],
  });
}

/** Who may not ask for the schema is not to be told of it by and by either: see `limitQueries`. */
function refuseIntrospection(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      addValidationRule((context: ValidationContext): ASTVisitor => ({
        Field(node) {
          if (node.name.value !== '_service') return;
          context.reportError(new GraphQLError('The schema is not for you: "_service" is its text.', { nodes: node }));
        },
      }));
    },
  };
}

/** The validator knows no rule for a mutation in a graph that has none; the executor would find out late. */
function refuseAbsentOperations(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => {
      addValidationRule((context: ValidationContext): ASTVisitor => ({
        OperationDefinition(node) {
          if (context.getSchema().getRootType(node.operation)) return;
          context.reportError(new GraphQLError(`The graph has no ${node.operation}s.`, { nodes: node }));
        },
      }));
    },
  };
}

/** Validation errors reach clients as they are: they get their code here. */
function codeValidationErrors(): Plugin {
  return {
    onValidate: () => {
      return ({ result }) => {
        for (const { extensions } of result as readonly GraphQLError[]) {
          extensions['code'] ??= 'BAD_USER_INPUT' satisfies ErrorCode;
        }
      };
    },
  };
}

function contextOf({
  access,
  client,
  requestId,
  signal,
  request,
}: YogaInitialContext & TransportContext): AdmittedContext {
  const { authorization } = access;
  // What the operation may read is known when it is: see `admitOperations`.
  const context = createContext(access.view('query'), {
    signal: signal ?? request.signal,
    authorization,
    caller: nameOfCaller(access.caller, client),
  });
  return { ...context, access, client, requestId };
}
