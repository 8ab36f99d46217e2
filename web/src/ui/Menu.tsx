import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Icon, type IconName } from './Icon';
import { IconButton } from './controls';

export interface MenuItem {
  label: string;
  run: () => void;
  icon?: IconName;
  disabled?: boolean;
}

interface MenuProps {
  label: string;
  items: MenuItem[];
  icon?: IconName;
  testId?: string;
}

const kMarginPx = 4;

/** A button with a list of actions: arrows walk it, Escape or a click beside it closes it. */
export function Menu({ label, items, icon = 'more', testId }: MenuProps) {
  const box = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  return (
    <span ref={box} className="menu-box">
      <IconButton
        icon={icon}
        size="small"
        label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        data-testid={testId}
      />
      {open && <MenuList label={label} items={items} anchor={box} onClose={close} />}
    </span>
  );
}

interface MenuListProps {
  label: string;
  items: MenuItem[];
  anchor: React.RefObject<HTMLElement | null>;
  onClose: () => void;
}

function MenuList({ label, items, anchor, onClose }: MenuListProps) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    const element = list.current;
    const around = anchor.current?.getBoundingClientRect();
    if (element === null || around === undefined) return;
    element.showPopover();
    const { offsetWidth, offsetHeight } = element;
    const below = around.bottom + kMarginPx;
    const fits = below + offsetHeight <= window.innerHeight;
    element.style.left = `${Math.max(kMarginPx, around.right - offsetWidth)}px`;
    const above = Math.max(kMarginPx, around.top - offsetHeight - kMarginPx);
    element.style.top = `${fits ? below : above}px`;
    element.querySelector<HTMLElement>('button:enabled')?.focus();
  }, [anchor]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('button:enabled') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const keys: Record<string, () => void> = {
      ArrowDown: () => buttons[(at + 1) % buttons.length]?.focus(),
      ArrowUp: () => buttons[(at - 1 + buttons.length) % buttons.length]?.focus(),
      Home: () => buttons[0]?.focus(),
      End: () => buttons.at(-1)?.focus(),
      Escape: onClose,
      Tab: onClose,
    };
    const action = keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  return (
    <ul
      ref={list}
      className="menu"
      role="menu"
      aria-label={label}
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={(event) => event.newState === 'closed' && onClose()}
    >
      {items.map((item) => (
        <li key={item.label} role="none">
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            disabled={item.disabled}
            onClick={() => {
              onClose();
              item.run();
            }}
          >
            {item.icon !== undefined && <Icon name={item.icon} size={14} />}
            {item.label}
          </button>
        </li>
      ))}
    </ul>
  );
}
