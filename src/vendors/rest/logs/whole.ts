import { mapInTurns } from '../../../domain/fair-share.ts';
import type { Partition, Unplaced } from '../../../pagination/core/partition.ts';
import { wholeResponsePartition } from '../../../pagination/whole-response/whole-response.ts';
import { cutRows } from '../../shared/rows.ts';
import { contentHash } from '../../../pagination/core/identity.ts';
import { ask } from '../api.ts';
import type { LogRow } from '../../shared/entries.ts';
import { identityOf, ownRow } from './page.ts';
import type { NativeLog } from './page.ts';

/** A log that comes in a single answer. */
export function wholeLog(log: NativeLog): Partition<LogRow> {
  const { http, options, decoder, variables, filters, lost, promise, missing } = log;
  return wholeResponsePartition<LogRow>({
    key: '',
    identity: identityOf(options),
    async load(begin, call) {
      const question = { variables, parameters: filters, cutsStrings: true };
      const { data: page, cutTo } = await ask(http, options, question, decoder, call);
      const sink = begin();
      const idOf = (row: Unplaced<LogRow>): string => contentHash([row.logId, row.message]);
      await mapInTurns(cutRows(page.data.map(ownRow), cutTo, idOf), sink);
      lost.note(page.odd);
      missing.see({ rows: page.data, count: page.data.length, total: null, start: null });
      promise.see({ count: page.data.length + page.odd.length, total: page.total, more: page.more });
    },
  });
}
