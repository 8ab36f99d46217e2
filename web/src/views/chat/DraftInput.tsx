import type { KeyboardEvent, RefObject } from 'react';
import { useWhyNot } from '../../ui/RoleContext';
import type { Draft, Mention } from './useMention';
import { PictureStrip } from '../pictures/PictureStrip';
import { takesPaste, type Pictures } from '../pictures/usePictures';

const kTextCharsMax = 100_000;

/** What a person writes, with a list of whom and what it may mention. */
export function DraftInput(props: {
  input: RefObject<HTMLTextAreaElement | null>;
  draft: Draft;
  mention: Mention;
  onDraft: (draft: Draft) => void;
  onSend: () => Promise<void>;
  pictures: Pictures;
}) {
  const { draft, mention } = props;
  const open = mention.options.length > 0;
  const why = useWhyNot('editor');
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || mention.takesKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void props.onSend();
    }
  };
  return (
    <>
      <PictureStrip pictures={props.pictures} />
      <textarea
        ref={props.input}
        value={draft.text}
        rows={Math.min(8, Math.max(2, draft.text.split('\n').length))}
        maxLength={kTextCharsMax}
        placeholder={why ?? 'Ask an agent… @ for agents and files, / for commands'}
        disabled={why !== undefined}
        aria-label="Message to the agents"
        aria-autocomplete="list"
        aria-controls={open ? 'mentions' : undefined}
        aria-activedescendant={open ? `mention-${mention.choice}` : undefined}
        onChange={({ target }) => {
          props.onDraft({ text: target.value, cursor: target.selectionStart });
          mention.reset();
        }}
        onSelect={({ currentTarget }) =>
          props.onDraft({ text: currentTarget.value, cursor: currentTarget.selectionStart })
        }
        onKeyDown={onKeyDown}
        {...takesPaste(props.pictures)}
        data-testid="composer-input"
      />
    </>
  );
}
