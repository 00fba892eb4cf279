import { builder } from './builder.ts';
import { LogFilterType } from './log-filter.ts';
import { LogOrderType } from './log-order.ts';
import { pageArguments } from './page-arguments.ts';

/** The arguments of every `logs` field. */
export const logArguments = {
  ...builder.args((t) => ({
    filter: t.field({ type: LogFilterType, description: 'Which lines; all of them by default.' }),
    orderBy: t.field({ type: LogOrderType, description: 'In which order; oldest first by default.' }),
  })),
  ...pageArguments,
};
