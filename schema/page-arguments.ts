import { builder } from './builder.ts';

/** Relay's four arguments. */
export const pageArguments = builder.args((t) => ({
  first: t.int({ description: 'At most this many items after `after`. Cannot be combined with `last`.' }),
  after: t.string({ description: 'Only items after this cursor.' }),
  last: t.int({
    description: 'At most this many items before `before`, counted from the end. Cannot be combined with `first`.',
  }),
  before: t.string({ description: 'Only items before this cursor.' }),
}));
