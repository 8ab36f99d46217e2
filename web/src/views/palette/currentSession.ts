import type { WorkspaceSession } from '../../actions/session';
import { createStore } from '../../model/store';

/** The workspace on the screen: dialogs and the palette are drawn outside of its view. */
export const currentSession = createStore<WorkspaceSession | null>(null);
