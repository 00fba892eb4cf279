import { builder } from './builder.ts';
import { LogFilterType } from './log-filter.ts';
import { LogOrderType } from './log-order.ts';
import { pageArguments } from './page-arguments.ts';

/** The arguments of every `logs` field. */
export const logArguments = {
  ...builder.args((t) => ({
    filter: t.field({ type: LogFilterType, description: 'Selects lines; default: all.' }),
    orderBy: t.field({ type: LogOrderType, description: 'The order; default: oldest first.' }),
  })),
  ...pageArguments,
};
