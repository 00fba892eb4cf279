import type { Federation } from '../federation/api.ts';
import type { ExportFormat } from './formats.ts';
import { recordOf } from './record.ts';
import { walkLogs } from './walk.ts';
import type { ExportEnd, ExportRequest, ExportSettings } from './walk.ts';

/** How much text is given out at once. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * An export as text, in parts of a bounded size, read no faster than they are taken. Its end is told before it is
 * written. Throws before the first part when the first page cannot be read.
 */
export async function* writeLogs(
  federation: Federation,
  request: ExportRequest,
  format: ExportFormat,
  settings: ExportSettings & { onEnd?(end: ExportEnd): void },
): AsyncGenerator<string, void, undefined> {
  // Where an export goes on, its lines are put behind those that are there.
  let text = request.after === undefined || request.after === null ? format.head : '';
  for await (const part of walkLogs(federation, request, settings)) {
    if ('status' in part) {
      settings.onEnd?.(part);
      yield text + format.end(part);
      return;
    }
    for (const entry of part) {
      text += format.line(recordOf(entry));
      if (text.length < CHUNK_CHARACTERS) continue;
      yield text;
      text = '';
    }
    // A page may take long to come: what is there is given out.
    yield text;
    text = '';
  }
}
