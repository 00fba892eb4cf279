import { builder } from './builder.ts';
import { enumType } from './enum-type.ts';

const LogOrderFieldType = enumType<'TIMESTAMP'>('LogOrderField', 'What lines can be ordered by.', {
  TIMESTAMP: 'By time; lines of one instant have a fixed order among themselves.',
});

const OrderDirectionType = enumType<'ASC' | 'DESC'>('OrderDirection', 'The direction of an order.', {
  ASC: 'Oldest first.',
  DESC: 'Newest first.',
});

export const LogOrderType = builder.inputType('LogOrder', {
  description: 'The order of lines. A cursor is only valid with the order that it was issued for.',
  fields: (t) => ({
    field: t.field({ type: LogOrderFieldType, defaultValue: 'TIMESTAMP', description: 'The field to order by.' }),
    direction: t.field({ type: OrderDirectionType, defaultValue: 'ASC', description: 'The direction.' }),
  }),
});
