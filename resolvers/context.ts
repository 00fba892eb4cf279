import type { Call } from '../src/domain/call.ts';
import type { Federation } from '../src/federation/api.ts';

/** What every resolver gets as its third argument. One object per GraphQL operation. */
export interface GraphContext {
  /** The sources that the caller may see, as if there were no others. Set once, before anything is resolved. */
  federation: Federation;
  /** Replaced before each event of a subscription: what was loaded for one event is not the truth for the next. */
  call: Call;
}
