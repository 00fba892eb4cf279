import type { Call } from '../src/domain/call.ts';
import type { Federation } from '../src/federation/api.ts';

/** What every resolver gets as its third argument. One object per GraphQL operation. */
export interface GraphContext {
  readonly federation: Federation;
  /** Replaced before each event of a subscription: what was loaded for one event is not the truth for the next. */
  call: Call;
}
