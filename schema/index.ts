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
import { chargeLongTexts } from './charged-texts.ts';
import { keepPlainFields } from './plain-fields.ts';
import { rejectInsteadOfThrow } from './settled-fields.ts';
import { asSubgraph } from './subgraph.ts';
import type { SubgraphOptions } from './subgraph.ts';

const DEFER = parse(`
  "The fragment may arrive after the rest of the answer, if the client accepts incremental delivery."
  directive @defer("False: do not defer." if: Boolean! = true, "Names the fragment in the answer." label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
`);

/** The graph as clients see it, without the fields for federation gateways. */
export const clientSchema = extendSchema(builder.toSchema(), DEFER);

/** The graph as it is served, which is also a subgraph of Apollo Federation 2. */
export const schema = servedSchema({});

/** The same graph, with the subgraph options of a gateway. */
export function servedSchema(options: SubgraphOptions): GraphQLSchema {
  return rejectInsteadOfThrow(keepPlainFields(chargeLongTexts(asSubgraph(clientSchema, options))));
}
