import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './views/views.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startApp } from './actions/app';
import { followLogOut } from './actions/logOut';
import { followTheme } from './actions/preferences';
import { App } from './views/App';

followTheme(document.documentElement);
followLogOut();
startApp();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
