import { useRef, useState } from 'react';
import type { IconName } from './Icon';
import { IconButton } from './controls';
import { MenuList, type MenuItem } from './MenuList';

interface MenuProps {
  label: string;
  items: MenuItem[];
  icon?: IconName;
  testId?: string;
}

/** A button with a list of actions. */
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
      {open && (
        <MenuList
          label={label}
          items={items}
          place={() => box.current?.getBoundingClientRect()}
          align="end"
          onClose={close}
        />
      )}
    </span>
  );
}
