import type { Call } from '../src/domain/call.ts';
import type { Federation } from '../src/federation/api.ts';

/** The third argument of every resolver. One object per GraphQL operation. */
export interface GraphContext {
  /** A view with only the sources that the caller may see. Set once, before anything is resolved. */
  federation: Federation;
  /** Replaced before each event of a subscription, so that no event uses what was loaded for an earlier one. */
  call: Call;
}
