import { memo, useState } from 'react';
import { pathOfInput } from '../../model/agents';
import { duration, toneOf } from '../../model/format';
import type { ChatTool } from '../../model/state';
import { Icon } from '../../ui/Icon';
import { Spinner } from '../../ui/controls';

interface ToolGroupProps {
  agent: string;
  items: ChatTool[];
}

function isSame(before: ToolGroupProps, after: ToolGroupProps): boolean {
  const { items } = after;
  return (
    before.items.length === items.length && before.items.every((item, at) => item === items[at])
  );
}

/**
 * The tools an agent used between two messages, folded to one line that names the last. What is
 * folded is not drawn: an agent at work makes many calls with long texts.
 */
export const ToolGroup = memo(function ToolGroup({ agent, items }: ToolGroupProps) {
  const [open, setOpen] = useState(false);
  const running = items.find((item) => item.status === 'running');
  const failed = items.filter((item) => item.status === 'failed').length;
  const shown = running ?? items.at(-1);
  if (shown === undefined) return null;
  return (
    <details
      className="tools"
      data-tone={toneOf(`agent:${agent}`)}
      data-testid="tools"
      onToggle={({ target, currentTarget }) =>
        target === currentTarget && setOpen(currentTarget.open)
      }
    >
      <summary>
        {running === undefined ? <Icon name="wrench" size={13} /> : <Spinner label="Running" />}
        <span className="toned">{agent}</span>
        <span className="truncate grow">
          <span className="mono">{shown.tool}</span>{' '}
          <span className="faint mono">{targetOf(shown)}</span>
        </span>
        {failed > 0 && <span className="bad-text">{failed} failed</span>}
        {items.length > 1 && <span className="faint num">{items.length} calls</span>}
      </summary>
      {open && (
        <ol>
          {items.map((item) => (
            <ToolRow key={item.seq} item={item} />
          ))}
        </ol>
      )}
    </details>
  );
}, isSame);

const ToolRow = memo(function ToolRow({ item }: { item: ChatTool }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details className="tool" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <Status status={item.status} />
          <span className="mono">{item.tool}</span>
          <span className="truncate grow faint mono">{targetOf(item)}</span>
          {item.elapsed_ms !== undefined && (
            <span className="faint num">{duration(item.elapsed_ms)}</span>
          )}
        </summary>
        {open && <pre aria-label="Input">{pretty(item.input)}</pre>}
        {open && item.output !== undefined && <pre aria-label="Output">{pretty(item.output)}</pre>}
      </details>
    </li>
  );
});

function Status({ status }: { status: ChatTool['status'] }) {
  if (status === 'running') return <Spinner label="Running" />;
  return (
    <span className={status === 'ok' ? 'good-text' : 'bad-text'} title={status}>
      <Icon name={status === 'ok' ? 'check' : 'close'} size={12} />
    </span>
  );
}

/** What a tool works on: its path, or the first text of its input. */
function targetOf(item: ChatTool): string {
  const path = pathOfInput(item.input);
  if (path !== undefined) return path;
  if (typeof item.input !== 'object' || item.input === null) return '';
  const text = Object.values(item.input).find((value) => typeof value === 'string');
  return text === undefined ? '' : text.slice(0, 80);
}

const kShownMax = 20_000;

function pretty(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return text.length > kShownMax
    ? `${text.slice(0, kShownMax)}\n… ${text.length} characters`
    : text;
}
