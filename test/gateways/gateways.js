import { createServer } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { ApolloGateway } from '@apollo/gateway';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { getOperationAST, parse, validate } from 'graphql';

/**
 * Reads a supergraph and serves it through two gateways, each on a port of the loopback. Prints their addresses as JSON, and runs
 * until it is ended.
 */
const supergraphSdl = await text(process.stdin);

const TRACE_HEADER = 'apollo-federation-include-trace';

async function listen(handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}/graphql`;
}

/** The part of Apollo Server that a gateway needs. */
async function apollo() {
  const logger = { debug() {}, info() {}, warn() {}, error: console.error };
  const gateway = new ApolloGateway({ supergraphSdl, logger });
  const { schema, executor } = await gateway.load();
  return listen(async (request, response) => {
    const { query, variables = {} } = JSON.parse(await text(request));
    const metrics = { captureTraces: request.headers[TRACE_HEADER] === 'ftv1' };
    const document = parse(query);
    const errors = validate(schema, document);
    const operation = getOperationAST(document);
    const answer =
      errors.length > 0
        ? { errors }
        : await executor({
            request: { query, variables },
            document,
            operation,
            operationName: null,
            queryHash: query,
            source: query,
            schema,
            logger,
            metrics,
            context: {},
          });
    // What Apollo Server would report.
    const traced = metrics.queryPlanTrace && { extensions: { queryPlanTrace: metrics.queryPlanTrace } };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...answer, ...traced }));
  });
}

async function hive() {
  const gateway = createGatewayRuntime({
    supergraph: supergraphSdl,
    logging: false,
    landingPage: false,
  });
  return listen(gateway);
}

console.log(JSON.stringify({ apollo: await apollo(), hive: await hive() }));
