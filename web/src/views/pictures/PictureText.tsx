import type { KeyboardEvent } from 'react';
import type { AgentInfo } from '../../protocol/entities';
import { PictureButton } from './PictureButton';
import { PictureStrip } from './PictureStrip';
import { Unseen } from './Unseen';
import { takesDrops, takesPaste, type Pictures } from './usePictures';

/** A text of several lines for agents, with the pictures that go with it. */
export function PictureText(props: {
  id: string;
  value: string;
  rows: number;
  problem: string | undefined;
  pictures: Pictures;
  /** Whoever is to see the pictures. */
  agents: AgentInfo[];
  /** Enter submits the form, as in a chat, and Shift Enter starts a line; otherwise Ctrl Enter. */
  enterSubmits?: boolean;
  onChange: (text: string) => void;
}) {
  const { id, problem, pictures, agents, enterSubmits = false } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    if (enterSubmits ? event.shiftKey : !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  };
  return (
    <div className="picture-text" {...takesDrops(pictures)}>
      <PictureStrip pictures={pictures} />
      <textarea
        id={id}
        autoFocus
        rows={props.rows}
        value={props.value}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-note`}
        onChange={({ target }) => props.onChange(target.value)}
        onKeyDown={onKeyDown}
        {...takesPaste(pictures)}
        data-testid={id}
      />
      <div className="picture-text-foot">
        <PictureButton onPictures={pictures.add} />
        <Unseen pictures={pictures} agents={agents} />
      </div>
    </div>
  );
}
