import { builder } from './builder.ts';
import { enumType } from './enum-type.ts';

const LogOrderFieldType = enumType<'TIMESTAMP'>('LogOrderField', 'What lines can be ordered by.', {
  TIMESTAMP: 'Their time; lines of one instant have a fixed order among themselves.',
});

const OrderDirectionType = enumType<'ASC' | 'DESC'>('OrderDirection', 'Which way an order goes.', {
  ASC: 'Oldest first.',
  DESC: 'Newest first.',
});

export const LogOrderType = builder.inputType('LogOrder', {
  description: 'The order of lines. A cursor belongs to the order it was given out in.',
  fields: (t) => ({
    field: t.field({ type: LogOrderFieldType, defaultValue: 'TIMESTAMP', description: 'What they are ordered by.' }),
    direction: t.field({ type: OrderDirectionType, defaultValue: 'ASC', description: 'Which way.' }),
  }),
});
