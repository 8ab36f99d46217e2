import { exportWriter, type ExportFormat, type ExportTitle } from '../model/timelineExport';
import { paramsOf, type TimelineFilter } from '../model/timelineFilter';
import type { ResultOf } from '../protocol/methods';
import type { Call } from './call';

const kPageEvents = 1_000;

export interface ExportWish {
  format: ExportFormat;
  title: ExportTitle;
  filter: TimelineFilter;
}

/**
 * The log as a file, asked for page by page. The browser keeps what is written in parts that it may
 * put on its disk, so a million events fit. Rejects with `signal`'s reason when that is aborted.
 */
export async function exportLog(
  call: Call,
  { format, title, filter }: ExportWish,
  onProgress: (seq: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const writer = exportWriter(format);
  const parts: Blob[] = [new Blob([writer.begin(title)])];
  let from: number | undefined = title.from;
  while (from !== undefined && from <= title.to) {
    const page = { from, limit: kPageEvents, ...paramsOf(filter) };
    const answer: ResultOf<'timeline.range'> = await call('timeline.range', page);
    signal.throwIfAborted();
    const wanted = answer.events.filter(({ seq }) => seq <= title.to);
    if (wanted.length > 0) parts.push(new Blob([writer.page(wanted)]));
    onProgress(Math.min(title.to, wanted.at(-1)?.seq ?? title.to));
    from = answer.next;
  }
  parts.push(new Blob([writer.end()]));
  return new Blob(parts, { type: `${writer.mime};charset=utf-8` });
}
