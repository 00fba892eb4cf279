import { createYoga } from 'graphql-yoga';
import type { Plugin, YogaInitialContext, YogaServerInstance } from 'graphql-yoga';
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { ASTVisitor, ValidationContext } from 'graphql';
import type { Logger } from 'pino';
import type { GraphContext } from '../../../resolvers/context.ts';
import { schema, servedSchema } from '../../../schema/index.ts';
import { createContext } from '../../context.ts';
import type { RequestFacts } from '../../context.ts';
import type { Federation } from '../../federation/api.ts';
import { clientHabits } from '../client/habits.ts';
import { compileQueries } from './compiled-queries.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { codeOf, toClientError } from './errors.ts';
import { eventHeartbeats } from './event-heartbeat.ts';
import { budgetOperations } from '../cost/budget-operations.ts';
import { limitCost } from '../cost/limit-cost.ts';
import { sourceFacts } from '../cost/source-facts.ts';
import { largeAnswers } from './large-answers.ts';
import { limitQueries } from './limits.ts';
import type { QueryLimits } from '../../config/service-limits.ts';
import type { Metrics } from '../metrics.ts';
import { limitNesting } from './nesting-limit.ts';
import { unbufferedStreams } from '../unbuffered.ts';
import { readValidUnicode } from './valid-unicode.ts';

export interface GraphqlOptions {
  readonly federation: Federation;
  readonly limits: QueryLimits;
  readonly logger: Logger | null;
  readonly metrics: Metrics;
  /** Origins of pages that may read answers, beside our own. */
  readonly allowedOrigins: readonly string[];
  /** How often a stream of events is kept alive. */
  readonly heartbeatMilliseconds: number;
  /** May clients ask for the schema? */
  readonly introspection: boolean;
  /** Does a gateway find `Query.node` and `Query.nodes` in the subgraph? */
  readonly subgraphNodes: boolean;
}

/** What the transport knows of a request where there is no HTTP request for the operation. */
export interface TransportContext {
  readonly facts?: RequestFacts;
}

export interface GraphqlServer {
  /** GraphQL over HTTP and server-sent events; `getEnveloped` is the same for other transports. */
  readonly yoga: YogaServerInstance<TransportContext, GraphContext>;
  /** Turns an error into what clients read, logs it when it is ours, and counts it. */
  readonly present: (error: unknown) => GraphQLError;
}

export function createGraphql(options: GraphqlOptions): GraphqlServer {
  const { federation, limits, logger, metrics, allowedOrigins, heartbeatMilliseconds, introspection } = options;

  function present(error: unknown): GraphQLError {
    const shown = toClientError(error, logger);
    metrics.error(codeOf(shown));
    return shown;
  }
  const yoga = createYoga<TransportContext, GraphContext>({
    schema: options.subgraphNodes ? schema : servedSchema({ nodes: false }),
    graphqlEndpoint: '/graphql',
    context: (initial) => createContext(federation, initial.facts ?? factsOf(initial)),
    maskedErrors: { maskError: present },
    // Its log would hold errors as they came, with all that hangs on them.
    logging: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    cors: allowedOrigins.length === 0 ? false : { origin: [...allowedOrigins], credentials: false },
    // body-limit.ts does it for a fraction of the cost.
    maxRequestBodySize: false,
    plugins: [
      metrics.plugin,
      readValidUnicode(),
      clientHabits(present),
      limitNesting(limits.nesting),
      limitQueries(limits, introspection),
      ...(introspection ? [] : [refuseIntrospection()]),
      refuseAbsentOperations(),
      codeValidationErrors(),
      limitCost(limits, sourceFacts(federation.sources), present),
      budgetOperations(limits),
      compileQueries(),
      largeAnswers(),
      unbufferedStreams(),
      eventHeartbeats(heartbeatMilliseconds),
    ],
  });
  return { yoga, present };
}

/** Who may not ask for the schema is not to be told of it by and by either: see `limitQueries`. */
function refuseIntrospection(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => {
      addValidationRule(NoSchemaIntrospectionCustomRule);
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

function factsOf({ request }: YogaInitialContext): RequestFacts {
  return { signal: request.signal, authorization: request.headers.get('authorization') };
}
