import { useCallback, useEffect, useRef, useState, type HTMLAttributes } from 'react';
import { letGo, readPicture, type Picture } from '../../actions/pictures';
import { showFailure } from '../../actions/toasts';
import { kPicturesMax } from '../../model/pictures';
import { Failure } from '../../net/failure';

export interface Pictures {
  list: Picture[];
  /** How many are being read. */
  reading: number;
  add: (files: Iterable<File>) => void;
  remove: (id: string) => void;
  clear: () => void;
}

/** The files among what is pasted or dropped that may be pictures. */
function pictureFiles(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
}

/** The pictures that go with the next message. */
export function usePictures(): Pictures {
  const [list, setList] = useState<Picture[]>([]);
  const [reading, setReading] = useState(0);
  const kept = useRef(list);
  kept.current = list;
  useEffect(() => () => kept.current.forEach(letGo), []);

  const add = useCallback((files: Iterable<File>): void => {
    const wanted = [...files];
    const room = kPicturesMax - kept.current.length;
    if (wanted.length > room) {
      showFailure(new Failure('limit', `A message takes ${kPicturesMax} pictures`));
    }
    for (const file of wanted.slice(0, Math.max(0, room))) {
      setReading((count) => count + 1);
      readPicture(file)
        .then((picture) => setList((all) => [...all, picture]), showFailure)
        .finally(() => setReading((count) => count - 1));
    }
  }, []);
  const remove = useCallback((id: string): void => {
    setList((all) => all.filter((each) => each.id !== id || letGo(each) !== undefined));
  }, []);
  const clear = useCallback((): void => {
    setList((all) => (all.forEach(letGo), []));
  }, []);
  return { list, reading, add, remove, clear };
}

/** Pictures that are pasted into an element go with the message. */
export function takesPaste(pictures: Pictures): HTMLAttributes<HTMLElement> {
  return {
    onPaste: (event) => {
      const files = pictureFiles(event.clipboardData);
      // Programs that copy a table or a slide give its text too: that is what is meant then.
      if (files.length === 0 || event.clipboardData.types.includes('text/plain')) return;
      event.preventDefault();
      pictures.add(files);
    },
  };
}

/** Pictures that are dropped on an element go with the message. */
export function takesDrops(pictures: Pictures): HTMLAttributes<HTMLElement> {
  return {
    onDragOver: (event) => {
      if (event.dataTransfer.types.includes('Files')) event.preventDefault();
    },
    onDrop: (event) => {
      const files = pictureFiles(event.dataTransfer);
      if (files.length === 0) return;
      event.preventDefault();
      pictures.add(files);
    },
  };
}
