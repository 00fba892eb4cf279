import { TributaryError } from '../../../domain/errors.ts';
import { OrderLost } from '../../../pagination/offset/page.ts';
import type { Ability, Abilities } from '../abilities.ts';

/**
 * The source takes an order without a word and does not keep it. Rows that were read before this showed
 * may have been the wrong ones, so a read that has given out rows must not go on as if nothing was.
 */
export class OutOfOrder extends TributaryError {
  readonly ability: Ability;

  constructor(source: string, ability: Ability) {
    super('SOURCE_BAD_RESPONSE', `${source}: the source does not keep the order that was asked for`, { source });
    this.ability = ability;
  }
}

/**
 * Is another try worth it after this error, with less asked of the source than `losses` ago? `clean` says
 * that no row has been given out since the try began.
 */
export function canGoOn(error: unknown, abilities: Abilities, losses: number, clean: boolean): boolean {
  if (error instanceof OrderLost) return clean;
  if (!(error instanceof OutOfOrder)) return abilities.losses > losses;
  abilities.lose(error.ability);
  return clean && abilities.losses > losses;
}
