import type { Federation } from '../federation/api.ts';
import type { ExportFormat } from './formats.ts';
import { recordOf } from './record.ts';
import { walkLogs } from './walk.ts';
import type { ExportEnd, ExportRequest, ExportSettings } from './walk.ts';

/** Characters per chunk of output. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * An export as text, in chunks of bounded size, read no faster than the consumer takes them. `onEnd` is called before
 * the end is written. Throws before the first chunk if the first page cannot be read.
 */
export async function* writeLogs(
  federation: Federation,
  request: ExportRequest,
  format: ExportFormat,
  settings: ExportSettings & { onEnd?(end: ExportEnd): void },
): AsyncGenerator<string, void, undefined> {
  // A continued export is appended to existing lines, so it has no head.
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
    // The next page may take long: pass on what is there.
    yield text;
    text = '';
  }
}
