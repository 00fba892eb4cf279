import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './node.ts';
import './source.ts';
import './job.ts';
import './attempt.ts';
import './step.ts';
import './task.ts';
import './log-entry.ts';
import './log-histogram.ts';
import './log-stream.ts';
import { rejectInsteadOfThrow } from './settled-fields.ts';
import { asSubgraph } from './subgraph.ts';
import type { SubgraphOptions } from './subgraph.ts';

/** The graph as clients see it, without what only a federation gateway asks. */
export const clientSchema = builder.toSchema();

/** The graph as it is served: a subgraph of Apollo Federation 2, too. */
export const schema = servedSchema({});

/** The same for a gateway that takes less of it. */
export function servedSchema(options: SubgraphOptions): GraphQLSchema {
  return rejectInsteadOfThrow(asSubgraph(clientSchema, options));
}
