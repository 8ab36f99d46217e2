import { shownTheme, theme, toggleTheme } from '../actions/preferences';
import { IconButton } from '../ui/controls';
import { useStore } from '../ui/useStore';

export function ThemeToggle() {
  useStore(theme);
  const dark = shownTheme() !== 'light';
  return (
    <IconButton
      icon={dark ? 'sun' : 'moon'}
      label={dark ? 'Use the light theme' : 'Use the dark theme'}
      onClick={toggleTheme}
      data-testid="theme-toggle"
    />
  );
}
