import { useEffect, useRef, type ReactNode } from 'react';

/**
 * A modal on the native dialog element: focus stays inside, Escape and a click beside it close it.
 * It is open for as long as it is mounted.
 */
export function Dialog(props: {
  label: string;
  onClose: () => void;
  className?: string;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={props.className ?? 'dialog'}
      aria-label={props.label}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === ref.current) props.onClose();
      }}
    >
      {props.children}
    </dialog>
  );
}
