import { extendSchema, parse } from 'graphql';
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

/** Tools of clients know it by themselves, so the printed graph is without it. */
const DEFER = parse(`
  "The fragment may come behind the rest of the answer, to a client that takes an answer by parts."
  directive @defer("Not where this is false." if: Boolean! = true, "Names the fragment in the answer." label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
`);

/** The graph as it is served: a subgraph of Apollo Federation 2, too. */
export const schema = servedSchema({});

/** The same for a gateway that takes less of it. */
export function servedSchema(options: SubgraphOptions): GraphQLSchema {
  return rejectInsteadOfThrow(extendSchema(asSubgraph(clientSchema, options), DEFER));
}
