import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { Icon, type IconName } from './Icon';

export interface MenuItem {
  label: string;
  run: () => void;
  icon?: IconName;
  /** The key that does the same without the menu. */
  keys?: string;
  disabled?: boolean;
  /** Why it is as it is, for instance why it cannot be chosen. */
  title?: string | undefined;
  testId?: string;
}

/** What a menu hangs on: the edges of an element, or a point, in pixels of the window. */
export interface MenuPlace {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const kMarginPx = 4;

/** Below the place, or above it where there is no room, and within the window. */
function put(element: HTMLElement, around: MenuPlace, align: 'start' | 'end'): void {
  const { offsetWidth, offsetHeight, style } = element;
  const below = around.bottom + kMarginPx;
  const above = around.top - offsetHeight - kMarginPx;
  const fits = below + offsetHeight <= window.innerHeight;
  const left = align === 'end' ? around.right - offsetWidth : around.left;
  const leftMax = window.innerWidth - offsetWidth - kMarginPx;
  style.left = `${Math.max(kMarginPx, Math.min(left, leftMax))}px`;
  style.top = `${fits ? below : Math.max(kMarginPx, above)}px`;
}

/**
 * A list of actions below (or above) a place, its right edge at the place's where `align` is
 * `end`: arrows walk it, Escape or a click beside it closes it. It is open while it is mounted.
 */
export function MenuList(props: {
  label: string;
  items: MenuItem[];
  place: () => MenuPlace | undefined;
  align: 'start' | 'end';
  onClose: () => void;
}) {
  const { label, items, onClose } = props;
  const list = useRef<HTMLUListElement>(null);
  const placed = useRef(props);
  useLayoutEffect(() => {
    const element = list.current;
    const around = placed.current.place();
    if (element === null || around === undefined) return;
    element.showPopover();
    put(element, around, placed.current.align);
    element.querySelector<HTMLElement>('button:enabled')?.focus();
  }, []);

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
      onContextMenu={(event) => event.preventDefault()}
      onToggle={(event) => event.newState === 'closed' && onClose()}
    >
      {items.map((item) => (
        <Item key={item.label} item={item} onClose={onClose} />
      ))}
    </ul>
  );
}

function Item({ item, onClose }: { item: MenuItem; onClose: () => void }) {
  return (
    <li role="none">
      <button
        type="button"
        role="menuitem"
        tabIndex={-1}
        disabled={item.disabled}
        title={item.title}
        onClick={() => {
          onClose();
          item.run();
        }}
        data-testid={item.testId}
      >
        {item.icon !== undefined && <Icon name={item.icon} size={14} />}
        <span className="grow">{item.label}</span>
        {item.keys !== undefined && <span className="menu-keys">{item.keys}</span>}
      </button>
    </li>
  );
}
