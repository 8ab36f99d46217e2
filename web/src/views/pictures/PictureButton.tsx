import { useRef } from 'react';
import { IconButton } from '../../ui/controls';
import type { Pictures } from './usePictures';

/** For those who neither paste nor drop. */
export function PictureButton({ onPictures }: { onPictures: Pictures['add'] }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        icon="picture"
        needs="editor"
        label="Show a picture; pasting and dropping one work too"
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label="Pictures to show"
        onChange={({ currentTarget }) => {
          onPictures(currentTarget.files ?? []);
          currentTarget.value = '';
        }}
        data-testid="composer-files"
      />
    </>
  );
}
