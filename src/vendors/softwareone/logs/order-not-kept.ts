import { TributaryError } from '../../../domain/errors.ts';
import { OrderLost } from '../../../pagination/offset/page.ts';
import type { Ability, Abilities } from '../abilities.ts';

/**
 * The source accepts an order but does not keep it. Rows that were read before this showed may have been the wrong ones,
 * so a read that has already returned rows must fail.
 */
export class OrderNotKept extends TributaryError {
  readonly ability: Ability;

  constructor(source: string, ability: Ability) {
    super('SOURCE_BAD_RESPONSE', `${source}: the source does not keep the order that was asked for`, { source });
    this.ability = ability;
  }
}

/**
 * True if another try may succeed after this error, because fewer capabilities are used than at `losses`. `clean`: the
 * failed try has returned no row.
 */
export function canGoOn(error: unknown, abilities: Abilities, losses: number, clean: boolean): boolean {
  if (error instanceof OrderLost) return clean;
  if (!(error instanceof OrderNotKept)) return abilities.losses > losses;
  abilities.lose(error.ability);
  return clean && abilities.losses > losses;
}
