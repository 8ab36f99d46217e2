import { useEffect, useRef, useState } from 'react';
import { saveBlob } from '../../actions/save';
import type { Timeline } from '../../actions/timeline';
import { exportLog } from '../../actions/timelineExport';
import type { ExportFormat } from '../../model/timelineExport';
import { isFiltered, kNoFilter, type TimelineFilter } from '../../model/timelineFilter';
import { asFailure, type Failure } from '../../net/failure';
import { Dialog } from '../../ui/Dialog';
import { SelectField } from '../../ui/Field';
import { Button, Problem } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { useTimeline } from './TimelineContext';

const FORMATS: { format: ExportFormat; title: string; text: string }[] = [
  { format: 'html', title: 'Web page', text: 'One file to share; runs nothing, loads nothing' },
  { format: 'md', title: 'Markdown', text: 'To read, and for documents' },
  { format: 'jsonl', title: 'JSONL', text: 'Every event whole, one a line' },
];

type Part = 'all' | 'until' | 'marks';

function wordsOf({ agent, family, path }: TimelineFilter): string {
  return [agent, family, path].filter((word) => word !== '').join(', ');
}

/** The first and the last event of a part. */
function rangeOf(timeline: Timeline, part: Part): [number, number] {
  const { a = 1, b = 1 } = timeline.marks.get();
  if (part === 'marks') return [Math.min(a, b), Math.max(a, b)];
  return [1, part === 'until' ? timeline.target.get() : timeline.head()];
}

function useExport(onDone: () => void) {
  const session = useSession();
  const timeline = useTimeline();
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = (format: ExportFormat, part: Part, filter: TimelineFilter): void => {
    const [from, to] = rangeOf(timeline, part);
    const workspace = session.state.get()?.workspace.name ?? 'workspace';
    const control = new AbortController();
    running.current = control;
    setFailure(null);
    setProgress({ done: 0, of: to - from + 1 });
    const title = { workspace, from, to, filter: wordsOf(filter) };
    const tell = (seq: number): void => setProgress({ done: seq - from + 1, of: to - from + 1 });
    exportLog(session.call, { format, title, filter }, tell, control.signal).then(
      (blob) => {
        saveBlob(`${workspace.replaceAll(/[^\w.-]+/g, '-')}-${from}-${to}.${format}`, blob);
        onDone();
      },
      (thrown: unknown) => {
        setProgress(null);
        if (!control.signal.aborted) setFailure(asFailure(thrown));
      },
    );
  };
  return { progress, failure, start, stop: () => running.current?.abort() };
}

function Formats(props: { format: ExportFormat; onChoose: (format: ExportFormat) => void }) {
  return (
    <fieldset className="choices">
      <legend className="label">As</legend>
      {FORMATS.map((each) => (
        <label key={each.format} className="choice">
          <input
            type="radio"
            name="format"
            checked={props.format === each.format}
            onChange={() => props.onChoose(each.format)}
            data-testid={`export-${each.format}`}
          />
          <span>
            <strong>{each.title}</strong>
            <span className="faint">{each.text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Gives the log away as a file: which part of it, and how it is written. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const timeline = useTimeline();
  const [format, setFormat] = useState<ExportFormat>('html');
  const marked = useStore(timeline.marks, ({ a, b }) => a !== undefined && b !== undefined);
  const [part, setPart] = useState<Part>(marked ? 'marks' : 'all');
  const filter = useStore(timeline.filter);
  const [filtered, setFiltered] = useState(isFiltered(filter));
  const head = useWorkspace((state) => state.seq);
  const { progress, failure, start, stop } = useExport(onClose);
  return (
    <Dialog label="Export the log" onClose={onClose}>
      <div className="dialog-body" data-testid="export-dialog">
        <h2>Export the log</h2>
        <Formats format={format} onChoose={setFormat} />
        <SelectField
          id="export-part"
          label="Which events"
          value={part}
          onChange={(chosen) => setPart(chosen as Part)}
          data-testid="export-part"
        >
          <option value="all">All of the log ({head} events)</option>
          <option value="until">Up to this moment</option>
          {marked && <option value="marks">From mark A to mark B</option>}
        </SelectField>
        {isFiltered(filter) && (
          <label className="row">
            <input
              type="checkbox"
              checked={filtered}
              onChange={({ target }) => setFiltered(target.checked)}
            />
            Only what the filter shows: {wordsOf(filter)}
          </label>
        )}
        <p className="faint">
          What people and agents said, prompts, outputs of tools and contents of files are in it.
          Look through it before you share it. Values of secrets are never in the log.
        </p>
        {progress !== null && (
          <progress
            className="past-progress"
            aria-label="Exported events"
            value={progress.done}
            max={progress.of}
          />
        )}
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={progress === null ? onClose : stop}>
            {progress === null ? 'Close' : 'Stop'}
          </Button>
          <Button
            variant="primary"
            disabled={progress !== null}
            onClick={() => start(format, part, filtered ? filter : kNoFilter)}
            data-testid="export-submit"
          >
            Export
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
