import type { ButtonHTMLAttributes, ReactNode } from 'react';
import type { Role } from '../protocol/people';
import { Icon, type IconName } from './Icon';
import { useWhyNot } from './RoleContext';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: 'plain' | 'primary' | 'danger' | 'ghost';
  size?: 'normal' | 'small';
  icon?: IconName;
  /** The least role that may press it; others see why they cannot. */
  needs?: Role;
}

export function Button({
  variant = 'plain',
  size = 'normal',
  icon,
  needs,
  children,
  ...rest
}: ButtonProps) {
  const why = useWhyNot(needs);
  const refused = why === undefined ? {} : { disabled: true, title: why };
  return (
    <button
      type="button"
      className="button"
      data-variant={variant}
      data-size={size}
      {...rest}
      {...refused}
    >
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** Read aloud and shown as the tooltip. */
  label: string;
  size?: 'normal' | 'small';
  needs?: Role;
}

export function IconButton({ icon, label, size = 'normal', needs, ...rest }: IconButtonProps) {
  const why = useWhyNot(needs);
  const refused = why === undefined ? {} : { disabled: true, title: `${label}. ${why}` };
  return (
    <button
      type="button"
      className="icon-button"
      data-size={size}
      aria-label={label}
      title={label}
      {...rest}
      {...refused}
    >
      <Icon name={icon} size={size === 'small' ? 14 : 16} />
    </button>
  );
}

export type BadgeKind = 'plain' | 'good' | 'warn' | 'bad' | 'accent';

export function Badge({ kind = 'plain', children }: { kind?: BadgeKind; children: ReactNode }) {
  return (
    <span className="badge" data-kind={kind}>
      {children}
    </span>
  );
}

export function Spinner({ label }: { label: string }) {
  return <span className="spinner" role="status" aria-label={label} />;
}

export function Empty(props: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon name={props.icon} size={22} />
      <strong>{props.title}</strong>
      {props.children !== undefined && <p>{props.children}</p>}
      {props.action}
    </div>
  );
}

/** What was refused, and what to do about it. */
export function Problem({ message, hint }: { message: string; hint?: string | undefined }) {
  return (
    <div className="problem" role="alert">
      <strong>{message}</strong>
      {hint !== undefined && <span>{hint}</span>}
    </div>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}
