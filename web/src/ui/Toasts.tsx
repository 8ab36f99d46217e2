import { dismissToast, toasts, type Toast } from '../actions/toasts';
import { Icon } from './Icon';
import { Button, IconButton } from './controls';
import { useStore } from './useStore';

const ICONS = { info: 'info', success: 'check', danger: 'alert' } as const;

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="region" aria-label="Notifications" aria-live="polite">
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const { action } = toast;
  return (
    <div className="toast" data-tone={toast.tone} data-testid="toast">
      <Icon name={ICONS[toast.tone]} />
      <div>
        {toast.text}
        {toast.hint !== undefined && <div className="hint">{toast.hint}</div>}
      </div>
      {action !== undefined && (
        <Button
          size="small"
          onClick={() => {
            dismissToast(toast.id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton
        icon="close"
        size="small"
        label="Dismiss"
        onClick={() => dismissToast(toast.id)}
      />
    </div>
  );
}
