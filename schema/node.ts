import { node, nodes } from '../resolvers/node.ts';
import { builder } from './builder.ts';

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'Anything by its global id; null if it is gone. A text that is not an id is BAD_USER_INPUT.',
    args: { id: t.arg.id({ required: true, description: 'The global id.' }) },
    resolve: node,
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: 'Several nodes by their global ids: one result for each id, in their order.',
    args: { ids: t.arg.idList({ required: true, description: 'The global ids.' }) },
    resolve: nodes,
  }),
}));
