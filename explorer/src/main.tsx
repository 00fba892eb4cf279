import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/jobs.css';
import './styles/help.css';
import './styles/histogram.css';
import './styles/log.css';
import './styles/parts.css';
import './styles/sign-in.css';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(<App />);
}
