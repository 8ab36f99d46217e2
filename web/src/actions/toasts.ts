import { createStore } from '../model/store';
import { asFailure } from '../net/failure';

export interface Toast {
  id: number;
  tone: 'info' | 'success' | 'danger';
  text: string;
  hint?: string;
  action?: { label: string; run: () => void };
}

const kToastMs = 6_000;
const kUndoToastMs = 12_000;
const kToastsMax = 4;

export const toasts = createStore<Toast[]>([]);
let nextId = 1;

export function showToast(toast: Omit<Toast, 'id'>): void {
  const id = nextId++;
  toasts.update((shown) => [...shown.slice(1 - kToastsMax), { ...toast, id }]);
  const lasting = toast.action !== undefined || toast.hint !== undefined;
  setTimeout(() => dismissToast(id), lasting ? kUndoToastMs : kToastMs);
}

export function dismissToast(id: number): void {
  toasts.update((shown) => shown.filter((toast) => toast.id !== id));
}

/** Tells the person what was refused and what to do about it. */
export function showFailure(thrown: unknown): void {
  const { message, hint } = asFailure(thrown);
  showToast({ tone: 'danger', text: message, ...(hint === undefined ? {} : { hint }) });
}

/** Runs an action whose only way to fail is to tell the person. */
export function attempt(work: () => Promise<unknown>): void {
  work().catch(showFailure);
}
